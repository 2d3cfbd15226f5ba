// What the modes of bench_load share: the texts of requests, one exchange on a kept connection, and
// samples of times.
// Threads: one loop's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "answer_reader.hpp"
#include "io/socket.hpp"

namespace sluice::bench {

// A small chat request of about 300 bytes of body, with its head.
std::string chatRequest(bool stream);
std::string getRequest(std::string_view path);

Poco::Net::SocketAddress loopback(std::uint16_t port);

// A short answer: what it said, and whether it came whole and in order.
struct Answer {
  bool whole = false;
  bool close = false;  // the server does not keep the connection
  int status = 0;
  std::string body;
};
io::Task<Answer> ask(io::Connection& connection, std::string_view request, io::Until until);

// Times in nanoseconds.
class Samples {
 public:
  void add(std::uint64_t nanos) { values_.push_back(nanos); }
  // The value below which `share` (0 to 1) of the samples lie, in microseconds; 0 without samples.
  double micros(double share);

 private:
  std::vector<std::uint64_t> values_;
};

}  // namespace sluice::bench
