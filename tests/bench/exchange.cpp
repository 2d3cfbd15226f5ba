#include "exchange.hpp"

#include <algorithm>
#include <array>

namespace sluice::bench {

namespace {

constexpr std::string_view kQuestion =
    R"({"model":"bench","messages":[{"role":"system","content":"You answer in one short paragraph.)"
    R"( Do not repeat the question."},{"role":"user","content":"Name three rivers that cross a)"
    R"( border, and the towns at which they do so."}],"temperature":0.2,"max_tokens":256,)"
    R"("user":"bench-0001","stream":)";

}  // namespace

std::string chatRequest(bool stream) {
  std::string body(kQuestion);
  body += stream ? "true}" : "false}";
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
         "Content-Type: application/json\r\nAccept: */*\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string getRequest(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

Poco::Net::SocketAddress loopback(std::uint16_t port) {
  return Poco::Net::SocketAddress("127.0.0.1", port);
}

io::Task<Answer> ask(io::Connection& connection, std::string_view request, io::Until until) {
  Answer answer;
  const io::Status sent = co_await connection.writeAll(request, {}, until);
  if (sent != io::Status::ok) co_return answer;
  AnswerReader reader;
  std::array<char, 8192> buffer;
  while (!reader.ended()) {
    const io::Transfer got = co_await connection.read(buffer, until);
    if (got.status != io::Status::ok) co_return answer;
    std::string_view bytes(buffer.data(), got.bytes);
    while (!bytes.empty() && !reader.ended()) answer.body += reader.next(bytes);
    if (!bytes.empty()) co_return answer;  // more than was asked for
  }
  answer.whole = reader.done();
  answer.close = reader.close();
  answer.status = reader.status();
  co_return answer;
}

double Samples::micros(double share) {
  if (values_.empty()) return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values_.size() - 1));
  const auto at = values_.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values_.begin(), at, values_.end());
  return static_cast<double>(*at) / 1000;
}

}  // namespace sluice::bench
