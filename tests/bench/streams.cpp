#include <array>
#include <cstdio>

#include "exchange.hpp"
#include "modes.hpp"
#include "stream_check.hpp"
#include "watch.hpp"

namespace sluice::bench {

namespace {

using namespace std::chrono_literals;

struct Streams {
  explicit Streams(Arguments& arguments)
      : window(arguments),
        port(arguments.port("port")),
        count(arguments.number("streams", 200)),
        expected(arguments.number("events", 64)),
        ramp(arguments.number("ramp-ms", 1300)) {}

  Window window;
  std::uint16_t port;
  std::uint64_t count;
  std::uint64_t expected;  // events with content in each stream
  std::chrono::milliseconds ramp;
  std::string request = chatRequest(true);
  std::uint64_t inWindow = 0;  // events
  std::uint64_t whole = 0;     // streams, as the two below: also outside the window
  std::uint64_t broken = 0;
  std::uint64_t lost = 0;  // events
  Samples delays;
};

// One stream, to its end or its failure. True: the connection may carry the next.
io::Task<bool> follow(io::Connection& connection, Streams& run) {
  io::Loop& loop = connection.loop();
  AnswerReader reader;
  StreamCheck check(run.expected);
  const io::Until sending{loop.after(30s), {}};
  io::Status status = co_await connection.writeAll(run.request, {}, sending);
  bool excess = false;
  while (status == io::Status::ok && !reader.ended() && !excess) {
    std::vector<char>& buffer = loop.scratch();
    const io::Transfer got = connection.tryRead(buffer);
    if (got.status == io::Status::again) {
      const io::Until silence{loop.after(30s), {}};
      const io::Wake wake = co_await io::Wait(loop, silence, &connection.readSlot());
      if (wake != io::Wake::ready) break;
      continue;
    }
    status = got.status;
    const std::uint64_t now = steadyMicros();
    const auto onContent = [&run, now](Mark mark) {
      if (!run.window.open()) return;
      ++run.inWindow;
      run.delays.add((now - mark.micros) * 1000);
    };
    std::string_view bytes(buffer.data(), got.bytes);
    while (!bytes.empty() && !reader.ended()) check.feed(reader.next(bytes), onContent);
    excess = !bytes.empty();
  }
  const bool right = reader.done() && !excess && reader.status() == 200 && reader.eventStream() &&
                     check.complete();
  ++(right ? run.whole : run.broken);
  run.lost += check.lost();
  co_return right && !reader.close();
}

io::Task<void> client(io::Loop& loop, Streams& run, std::uint64_t number) {
  const io::Until turn{loop.after(run.ramp * number / run.count), {}};
  co_await loop.sleep(turn);
  io::ConnectionPtr connection;
  while (!run.window.over()) {
    if (!connection) {
      const io::Until until{loop.after(10s), {}};
      io::Opened opened = co_await io::connect(loop, loopback(run.port), until);
      connection = std::move(opened.connection);
    }
    bool keep = false;
    if (connection) {
      keep = co_await follow(*connection, run);
    } else {
      ++run.broken;
      run.lost += run.expected;
    }
    if (!keep) {
      connection.reset();
      const io::Until pause{loop.after(20ms), {}};
      co_await loop.sleep(pause);
    }
  }
}

}  // namespace

int runStreams(Arguments& arguments) {
  Streams run(arguments);
  arguments.finish();
  if (run.count == 0) failUsage("--streams must be at least 1");
  io::Loop loop;
  io::Scope scope(loop);
  scope.spawn(run.window.keep(loop));
  for (std::uint64_t i = 0; i < run.count; ++i) scope.spawn(client(loop, run, i));
  while (!scope.empty()) loop.turn(true);
  const double rate = static_cast<double>(run.inWindow) / run.window.seconds();
  std::printf(
      "{\"events\":%llu,\"per_s\":%.0f,\"streams\":%llu,\"broken\":%llu,\"lost\":%llu,"
      "\"p50_us\":%.1f,\"p99_us\":%.1f,%s}\n",
      static_cast<unsigned long long>(run.inWindow), rate,
      static_cast<unsigned long long>(run.whole), static_cast<unsigned long long>(run.broken),
      static_cast<unsigned long long>(run.lost), run.delays.micros(0.5), run.delays.micros(0.99),
      run.window.usage(run.inWindow).c_str());
  return 0;
}

}  // namespace sluice::bench
