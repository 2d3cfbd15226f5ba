#include "upstream/resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace sluice::upstream {

using io::Status;
using Poco::Net::IPAddress;

namespace {

std::shared_ptr<const Addresses> literal(const std::string& host) {
  in6_addr bytes{};  // room for both
  if (::inet_pton(AF_INET, host.c_str(), &bytes) == 1) {
    return std::make_shared<Addresses>(Addresses{IPAddress(&bytes, sizeof(in_addr))});
  }
  if (::inet_pton(AF_INET6, host.c_str(), &bytes) == 1) {
    return std::make_shared<Addresses>(Addresses{IPAddress(&bytes, sizeof(in6_addr))});
  }
  return nullptr;
}

void putFirst(Addresses& addresses, const IPAddress& address) {
  const auto found = std::find(addresses.begin(), addresses.end(), address);
  if (found != addresses.end()) std::rotate(addresses.begin(), found, found + 1);
}

}  // namespace

Result<Addresses> Resolver::systemLookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (code != 0) return Error{::gai_strerror(code)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Addresses found;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    if (one->ai_family == AF_INET) {
      sockaddr_in address{};
      std::memcpy(&address, one->ai_addr, sizeof address);
      found.emplace_back(&address.sin_addr, sizeof address.sin_addr);
    } else if (one->ai_family == AF_INET6) {
      sockaddr_in6 address{};
      std::memcpy(&address, one->ai_addr, sizeof address);
      found.emplace_back(&address.sin6_addr, sizeof address.sin6_addr, address.sin6_scope_id);
    }
  }
  if (found.empty()) return Error{"the name has no address"};
  return found;
}

// One caller that waits. `waiter` belongs to the caller's loop.
struct Resolver::Ticket {
  io::Wait* waiter = nullptr;
};

struct Resolver::State {
  struct Waiter {
    std::shared_ptr<io::Mailbox> mailbox;
    std::shared_ptr<Ticket> ticket;
  };
  struct Entry {
    std::shared_ptr<const Addresses> addresses;
    std::optional<IPAddress> preferred;
    io::TimePoint foundAt;             // the start of the look-up that found them
    io::TimePoint notBefore;           // after one that failed
    std::optional<std::string> error;  // of the newest look-up; none: it succeeded
    bool distrusted = false;           // none of the addresses could be connected to
    bool looking = false;
    io::TimePoint lookingSince;
    std::vector<Waiter> waiters;
  };

  // On a worker.
  void lookUp(const std::string& host) {
    Result<Addresses> found = Error{"the look-up failed"};
    try {
      found = lookup(host);
    } catch (const std::exception& failure) {
      found = Error{failure.what()};
    }
    std::vector<Waiter> waiters;
    {
      const std::lock_guard lock(mutex);
      Entry& entry = entries[host];
      entry.looking = false;
      waiters.swap(entry.waiters);
      if (found) {
        if (entry.preferred) putFirst(*found, *entry.preferred);
        entry.addresses = std::make_shared<Addresses>(std::move(*found));
        entry.foundAt = entry.lookingSince;
        entry.error.reset();
        entry.distrusted = false;
      } else {
        entry.error = found.error().message;
        entry.notBefore = entry.lookingSince + options.pause;
      }
    }
    for (const Waiter& waiter : waiters) {
      waiter.mailbox->post([ticket = waiter.ticket] {
        if (ticket->waiter != nullptr) ticket->waiter->complete(io::Wake::ready);
      });
    }
  }

  Lookup lookup;
  Options options;
  std::mutex mutex;
  std::unordered_map<std::string, Entry> entries;
};

// Waits for the letter that says that a look-up has ended.
class Resolver::Answer : public io::Wait {
 public:
  Answer(io::Loop& loop, io::Until until, std::shared_ptr<Ticket> ticket) noexcept
      : Wait(loop, until), ticket_(std::move(ticket)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { ticket_->waiter = nullptr; }
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    ticket_->waiter = this;
    arm(handle);
  }

 private:
  std::shared_ptr<Ticket> ticket_;
};

Resolver::Resolver() : Resolver(systemLookup, Options()) {}
Resolver::Resolver(Lookup lookup, const Options& options) : state_(std::make_shared<State>()) {
  state_->lookup = std::move(lookup);
  state_->options = options;
}
Resolver::~Resolver() = default;

io::Task<Resolver::Found> Resolver::resolve(io::Loop& loop, io::WorkerPool& workers,
                                            const std::string& host, io::Until until) {
  if (auto itself = literal(host)) co_return Found{Status::ok, std::move(itself), {}};
  const Options& options = state_->options;
  const auto ticket = std::make_shared<Ticket>();
  std::shared_ptr<const Addresses> old;  // to fall back on
  io::Until patience = until;
  {
    const std::lock_guard lock(state_->mutex);
    State::Entry& entry = state_->entries[host];
    const io::TimePoint now = loop.now();
    if (entry.addresses && now < entry.foundAt + options.usableFor) old = entry.addresses;
    const bool fresh = old && !entry.distrusted && now < entry.foundAt + options.freshFor;
    if (fresh || (old && !entry.looking && now < entry.notBefore)) {
      co_return Found{Status::ok, std::move(old), {}};
    }
    if (!entry.looking) {
      if (!workers.submit([state = state_, host] { state->lookUp(host); })) {
        if (old) co_return Found{Status::ok, std::move(old), {}};
        co_return Found{Status::busy, nullptr, {}};
      }
      entry.looking = true;
      entry.lookingSince = now;
    }
    if (old) patience.deadline = std::min(until.deadline, entry.lookingSince + options.patience);
    entry.waiters.push_back({loop.mailbox(), ticket});
  }
  const io::Wake wake = co_await Answer(loop, patience, ticket);
  if (wake == io::Wake::cancelled) co_return Found{Status::cancelled, nullptr, {}};
  if (wake == io::Wake::timeout && !old) co_return Found{Status::timeout, nullptr, {}};
  const std::lock_guard lock(state_->mutex);
  const State::Entry& entry = state_->entries[host];
  if (wake == io::Wake::ready && !entry.error) co_return Found{Status::ok, entry.addresses, {}};
  if (old) co_return Found{Status::ok, std::move(old), {}};
  co_return Found{Status::refused, nullptr, entry.error.value_or(std::string())};
}

void Resolver::prefer(const std::string& host, const IPAddress& address) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(host);
  if (found == state_->entries.end() || !found->second.addresses) return;
  State::Entry& entry = found->second;
  entry.preferred = address;
  auto sorted = std::make_shared<Addresses>(*entry.addresses);
  putFirst(*sorted, address);
  entry.addresses = std::move(sorted);
}

void Resolver::distrust(const std::string& host) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(host);
  if (found != state_->entries.end()) found->second.distrusted = true;
}

}  // namespace sluice::upstream
