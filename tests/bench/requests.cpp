#include <cstdio>

#include "exchange.hpp"
#include "modes.hpp"
#include "watch.hpp"

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

struct Requests {
  explicit Requests(Arguments& arguments) : window(arguments), port(arguments.port("port")) {}

  Window window;
  std::uint16_t port;
  std::string request = chatRequest(false);
  std::uint64_t answered = 0;
  std::uint64_t errors = 0;  // also outside the window
  Samples times;
};

bool sane(const Answer& answer) {
  const std::string& body = answer.body;
  return answer.whole && answer.status == 200 && body.starts_with('{') && body.ends_with('}') &&
         body.find("\"object\":\"chat.completion\"") != body.npos &&
         body.find("\"usage\":{") != body.npos;
}

io::Task<void> client(io::Loop& loop, Requests& run) {
  io::ConnectionPtr connection;
  while (!run.window.over()) {
    const io::Until until{loop.after(10s), {}};
    if (!connection) {
      io::Opened opened = co_await io::connect(loop, loopback(run.port), until);
      connection = std::move(opened.connection);
    }
    bool right = false;
    bool close = true;
    const auto began = std::chrono::steady_clock::now();
    if (connection) {
      const Answer answer = co_await ask(*connection, run.request, until);
      right = sane(answer);
      close = !answer.whole || answer.close;
    }
    if (close) connection.reset();
    if (right && run.window.open()) {
      ++run.answered;
      const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
      run.times.add(static_cast<std::uint64_t>(took.count()));
    } else if (!right) {
      ++run.errors;
      const io::Until pause{loop.after(20ms), {}};
      co_await loop.sleep(pause);
    }
  }
}

}  // namespace

int runRequests(Arguments& arguments) {
  Requests run(arguments);
  const std::uint64_t connections = arguments.number("connections", 1);
  arguments.finish();
  io::Loop loop;
  io::Scope scope(loop);
  scope.spawn(run.window.keep(loop));
  for (std::uint64_t i = 0; i < connections; ++i) scope.spawn(client(loop, run));
  while (!scope.empty()) loop.turn(true);
  const double rate = static_cast<double>(run.answered) / run.window.seconds();
  std::printf(
      "{\"requests\":%llu,\"errors\":%llu,\"per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,%s}\n",
      static_cast<unsigned long long>(run.answered), static_cast<unsigned long long>(run.errors),
      rate, run.times.micros(0.5), run.times.micros(0.99), run.window.usage(run.answered).c_str());
  return 0;
}

}  // namespace sluice::bench
