// bench_upstream [--port N] [--events N] [--interval-ms N]: an upstream that costs as little as it
// can. POST /v1/chat/completions and /v1/messages are answered at once, or as a stream paced by the
// options; GET /health is answered too. Port 0 picks a free one; it is printed.
#include <cstdio>
#include <exception>

#include "arguments.hpp"
#include "base/text.hpp"
#include "exchange.hpp"
#include "upstream_texts.hpp"

namespace sluice::bench {

namespace {

constexpr std::string_view kHealthy = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view kUnknown = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

struct Upstream {
  UpstreamTexts chat;
  UpstreamTexts messages;
  std::chrono::milliseconds interval;

  // Of the dialect that a request's head asks for; nullptr: it asks for something else.
  UpstreamTexts* textsFor(std::string_view head) {
    if (head.starts_with("POST /v1/chat/completions ")) return &chat;
    return head.starts_with("POST /v1/messages ") ? &messages : nullptr;
  }
};

struct Request {
  std::string_view head;
  std::string_view body;
  std::size_t size() const noexcept { return head.size() + body.size(); }
};

// The request at the front of `bytes`; with an empty head if it is not all there yet.
Request wholeRequest(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) return {};
  const std::string_view head = bytes.substr(0, end + 4);
  std::size_t length = 0;
  constexpr std::string_view kLength = "content-length:";
  for (const std::string_view line : text::split(head, '\n')) {
    if (!text::equalsIgnoringCase(line.substr(0, kLength.size()), kLength)) continue;
    std::string_view value = line.substr(kLength.size());
    if (value.ends_with('\r')) value.remove_suffix(1);
    length = text::parseUnsigned(text::trim(value)).value_or(0);
  }
  const std::string_view body = bytes.substr(head.size(), length);
  if (body.size() < length) return {};
  return {head, body};
}

bool asksForStream(std::string_view body) {
  return body.find("\"stream\":true") != body.npos || body.find("\"stream\": true") != body.npos;
}

// Bytes in a buffer of others' use survive no wait: what does not go at once is copied.
io::Task<io::Status> send(io::Connection& client, std::string_view text) {
  using namespace std::chrono_literals;
  const io::Transfer sent = client.tryWrite(text);
  if (sent.status != io::Status::again) co_return sent.status;
  const std::string rest(text.substr(sent.bytes));
  const io::Until until{client.loop().after(60s), {}};
  co_return co_await client.writeAll(rest, {}, until);
}

io::Task<io::Status> stream(io::Connection& client, UpstreamTexts& texts,
                            std::chrono::milliseconds interval) {
  io::Loop& loop = client.loop();
  io::TimePoint due = loop.now();
  io::Status status = co_await send(client, texts.opening());
  for (std::uint64_t next = 0; next <= texts.events(); ++next) {
    if (status != io::Status::ok) co_return status;
    // An event that is late delays those after it. Two never go out together: too much load shows
    // as a lower rate, not as events that travel in one piece.
    due += interval;
    if (due <= loop.now()) due = loop.now() + interval;
    const io::Until pause{due, {}};
    co_await loop.sleep(pause);
    std::string_view text = texts.finish();
    if (next < texts.events()) text = texts.content(next);
    status = co_await send(client, text);
  }
  if (status == io::Status::ok) status = co_await send(client, texts.usage());
  if (status == io::Status::ok) status = co_await send(client, texts.end());
  co_return status;
}

io::Task<void> serveClient(io::ConnectionPtr client, Upstream& upstream) {
  io::Loop& loop = client->loop();
  std::string in;
  for (;;) {
    Request request = wholeRequest(in);
    while (request.head.empty()) {
      const io::Until never{io::kNever, {}};
      const io::Wake wake = co_await io::Wait(loop, never, &client->readSlot());
      if (wake != io::Wake::ready) co_return;
      std::vector<char>& buffer = loop.scratch();
      const io::Transfer got = client->tryRead(buffer);
      if (got.status == io::Status::again) continue;
      if (got.status != io::Status::ok) co_return;
      in.append(buffer.data(), got.bytes);
      request = wholeRequest(in);
    }
    const std::size_t size = request.size();
    io::Status status = io::Status::ok;
    UpstreamTexts* const texts = upstream.textsFor(request.head);
    if (texts == nullptr) {
      std::string_view said = kUnknown;
      if (request.head.starts_with("GET /health ")) said = kHealthy;
      status = co_await send(*client, said);
    } else if (asksForStream(request.body)) {
      status = co_await stream(*client, *texts, upstream.interval);
    } else {
      status = co_await send(*client, texts->plain());
    }
    if (status != io::Status::ok) co_return;
    in.erase(0, size);
  }
}

io::Task<void> serve(io::Loop& loop, io::Listener& listener, Upstream& upstream) {
  io::Scope clients(loop);
  for (;;) {
    const io::Until never{io::kNever, {}};
    io::Opened next = co_await listener.accept(never);
    if (next.status == io::Status::ok) {
      clients.spawn(serveClient(std::move(next.connection), upstream));
    }
  }
}

int run(Arguments& arguments) {
  const auto port = static_cast<std::uint16_t>(arguments.number("port", 0));
  const std::uint64_t events = arguments.number("events", 64);
  Upstream upstream{UpstreamTexts::openaiChat(events), UpstreamTexts::anthropicMessages(events),
                    std::chrono::milliseconds(arguments.number("interval-ms", 20))};
  arguments.finish();
  io::Loop loop;
  io::Listener listener(loop, loopback(port));
  io::Scope root(loop);
  root.spawn(serve(loop, listener, upstream));
  std::printf("listening on http://127.0.0.1:%u\n", static_cast<unsigned>(listener.port()));
  std::fflush(stdout);
  loop.run();  // until a signal ends the process
  return 0;
}

}  // namespace

}  // namespace sluice::bench

int main(int argc, char** argv) {
  try {
    sluice::bench::Arguments arguments(argc, argv, 1);
    return sluice::bench::run(arguments);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "bench_upstream: %s\n", fault.what());
    return 1;
  }
}
