// Client: what the exchanges of one loop share: connections at rest, the TLS context, buffers.
// Threads: one loop; workers and resolver are shared by all.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "io/offload.hpp"
#include "upstream/dialer.hpp"
#include "upstream/pool.hpp"
#include "upstream/resolver.hpp"
#include "wire/head.hpp"

namespace sluice::upstream {

// An exchange's memory, used again by the next one.
struct Buffers {
  std::string request;      // its head
  std::string answer;       // heads, and the first bytes of the body
  wire::ResponseHead head;  // points into `answer`
};

class Client {
 public:
  struct Options {
    std::string caPem;                           // to trust instead of the system's certificates
    std::size_t idlePerOrigin = 256;             // connections kept
    std::chrono::milliseconds idleTime{55'000};  // how long they are kept
  };

  // All must outlive it, and it every exchange. Throws std::runtime_error if `caPem` holds no
  // certificate.
  Client(io::Loop& loop, io::WorkerPool& workers, Resolver& resolver, const Options& options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Closes each second what has been at rest for too long or was closed by its peer. Ends when
  // cancelled, and closes all that is at rest.
  io::Task<void> maintain(io::CancelToken cancel);

  struct Counts {
    std::uint64_t opened = 0;   // new connections
    std::uint64_t reused = 0;   // taken from the pool
    std::uint64_t retried = 0;  // of these, found dead and replaced
  };
  const Counts& counts() const noexcept { return counts_; }
  std::size_t idle() const noexcept { return pool_.size(); }

 private:
  friend class Exchange;
  std::unique_ptr<Buffers> lendBuffers();
  void takeBack(std::unique_ptr<Buffers> buffers);

  io::Loop& loop_;
  Dialer dialer_;
  Pool pool_;
  const std::chrono::milliseconds idleTime_;
  std::vector<std::unique_ptr<Buffers>> spare_;
  Counts counts_;
};

}  // namespace sluice::upstream
