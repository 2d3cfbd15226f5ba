// Resolver: names to addresses, with a cache. Look-ups run on the workers; any number of callers on
// any number of loops share one look-up of a name.
// Threads: any; each call resumes on its own loop.
#pragma once

#include <Poco/Net/IPAddress.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/loop.hpp"
#include "io/offload.hpp"
#include "io/status.hpp"

namespace sluice::upstream {

using Addresses = std::vector<Poco::Net::IPAddress>;

class Resolver {
 public:
  // Blocks; runs on a worker's thread. An error, or at least one address.
  using Lookup = std::function<Result<Addresses>(const std::string& host)>;
  static Result<Addresses> systemLookup(const std::string& host);  // getaddrinfo

  struct Options {
    std::chrono::milliseconds freshFor{30'000};
    // While a new look-up fails, what an older one found is used for so long...
    std::chrono::milliseconds usableFor{600'000};
    std::chrono::milliseconds patience{300};  // ...and while it lasts, after so long
    std::chrono::milliseconds pause{1'000};   // between look-ups that fail
  };

  Resolver();
  explicit Resolver(Lookup lookup, const Options& options);
  ~Resolver();  // look-ups that still run end by themselves
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  struct Found {
    // refused: the name has no address, or nobody could be asked. timeout, cancelled, busy.
    io::Status status;
    std::shared_ptr<const Addresses> addresses;  // with ok: at least one, the best first
    std::string error;                           // with refused
  };
  // A literal address is its own answer. `host` must live until this ends.
  io::Task<Found> resolve(io::Loop& loop, io::WorkerPool& workers, const std::string& host,
                          io::Until until);

  // What connecting showed: this address answered though another stood before it...
  void prefer(const std::string& host, const Poco::Net::IPAddress& address);
  // ...or none did: the next resolve() looks the name up anew.
  void distrust(const std::string& host);

 private:
  class Answer;
  struct Ticket;
  struct State;
  std::shared_ptr<State> state_;  // shared with look-ups that run
};

}  // namespace sluice::upstream
