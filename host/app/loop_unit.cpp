#include "app/loop_unit.hpp"

#include "app/endpoints.hpp"

namespace sluice::app {

namespace {

upstream::Client::Options upstreamOptions(const config::Upstream& config,
                                          const std::string& caPem) {
  upstream::Client::Options made;
  made.caPem = caPem;
  made.idlePerOrigin = config.idlePerOrigin;
  made.idleTime = config.idleTime;
  return made;
}

// How long what was cancelled may take to say so to its client.
constexpr std::chrono::seconds kFarewell{2};

}  // namespace

LoopUnit::LoopUnit(Shared& shared, std::shared_ptr<const calls::Generation> generation,
                   std::shared_ptr<const http::Settings> settings)
    : upstream_(loop_, shared.workers, shared.resolver,
                upstreamOptions(generation->config().upstream, shared.caPem)),
      signer_(loop_, shared.workers, upstream_),
      services_{loop_, shared.blocking, upstream_, signer_, lines_, std::move(generation), {}, 0, 1,
                {}},
      scope_(loop_),
      server_(loop_, makeRouter(*this, shared), std::move(settings), shared.fleet) {
  services_.jitter = reinterpret_cast<std::uintptr_t>(this) | 1;
  // Numbers of calls are unique in the process: each loop counts from a place of its own.
  static std::atomic<std::uint64_t> units{0};
  services_.turns = units.fetch_add(1) << 48;
}

LoopUnit::~LoopUnit() { join(); }

std::optional<Error> LoopUnit::listen(const std::vector<Poco::Net::SocketAddress>& addresses,
                                      bool alone) {
  return server_.listen(addresses, alone);
}

void LoopUnit::start(std::function<void()> ended) {
  scope_.spawn(upstream_.maintain(scope_.token()));
  scope_.spawn(lines_.run(loop_, scope_.token()));
  thread_ = std::thread([this, ended = std::move(ended)] {
    loop_.run();
    // A connection that another loop handed over too late is let go, rather than left waiting.
    loop_.closeMailbox();
    ended();
  });
}

void LoopUnit::join() {
  if (thread_.joinable()) thread_.join();
}

void LoopUnit::adopt(std::shared_ptr<const calls::Generation> generation,
                     std::shared_ptr<const http::Settings> settings,
                     std::shared_ptr<void> adopted) {
  loop_.post([this, generation = std::move(generation), settings = std::move(settings),
              adopted = std::move(adopted)]() mutable {
    services_.generation = std::move(generation);
    server_.configure(std::move(settings));
    adopted.reset();
  });
}

LoopUnit::Remover LoopUnit::remover() {
  return [this, mailbox = loop_.mailbox()](std::shared_ptr<Removal> removal) {
    mailbox->post([this, removal = std::move(removal)]() mutable {
      scope_.spawn(remove(std::move(removal)));
    });
  };
}

io::Task<void> LoopUnit::remove(std::shared_ptr<Removal> removal) {
  const io::Until until{removal->deadline(), scope_.token()};
  const io::Wake wake = co_await loop_.sleep(until);
  if (wake == io::Wake::cancelled) co_return;
  calls::endOverdue(services_, removal->deadline(),
                    [&removal](const plugins::Instance& instance) { removal->ended(instance); });
  removal->loopIsDone();
}

void LoopUnit::end(io::Deadline deadline) {
  loop_.post([this, deadline] {
    if (ending_) return;
    ending_ = true;
    scope_.spawn(ending(deadline));
  });
}

void LoopUnit::hurry() {
  loop_.post([this] { hurry_.cancel(); });
}

io::Task<void> LoopUnit::ending(io::Deadline deadline) {
  server_.drain();
  const io::Until patient{deadline, hurry_.token()};
  co_await server_.drained(patient);
  server_.stop();
  const io::Until brief{loop_.after(kFarewell), {}};
  co_await server_.drained(brief);
  scope_.cancel();
  lines_.flush();
  loop_.stop();
}

}  // namespace sluice::app
