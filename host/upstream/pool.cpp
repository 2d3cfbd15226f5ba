#include "upstream/pool.hpp"

#include <algorithm>
#include <utility>

namespace sluice::upstream {

namespace {

bool sameOrigin(const wire::Url& a, const wire::Url& b) noexcept {
  return a.port == b.port && a.tls == b.tls && a.host == b.host;
}

bool sameWay(const Endpoint& a, const Endpoint& b) noexcept {
  return sameOrigin(a.url, b.url) && sameOrigin(a.proxy.url, b.proxy.url) &&
         a.proxy.user == b.proxy.user && a.proxy.password == b.proxy.password;
}

}  // namespace

Pool::Origin* Pool::find(const Endpoint& endpoint) noexcept {
  const auto found = std::find_if(origins_.begin(), origins_.end(), [&](const Origin& origin) {
    return sameWay(origin.endpoint, endpoint);
  });
  return found == origins_.end() ? nullptr : &*found;
}

io::ConnectionPtr Pool::take(const Endpoint& endpoint) {
  Origin* const origin = find(endpoint);
  if (origin == nullptr) return nullptr;
  while (!origin->idle.empty()) {
    io::ConnectionPtr connection = std::move(origin->idle.back().connection);
    origin->idle.pop_back();
    if (!connection->stale()) return connection;
  }
  return nullptr;
}

void Pool::keep(const Endpoint& endpoint, io::ConnectionPtr connection, io::TimePoint now) {
  if (perOrigin_ == 0) return;
  Origin* origin = find(endpoint);
  if (origin == nullptr) {
    origins_.push_back({endpoint, {}});
    origin = &origins_.back();
  }
  if (origin->idle.size() >= perOrigin_) origin->idle.erase(origin->idle.begin());
  origin->idle.push_back({std::move(connection), now});
}

void Pool::sweep(io::TimePoint before) {
  for (Origin& origin : origins_) {
    std::erase_if(origin.idle, [before](const Idle& idle) {
      return idle.since <= before || idle.connection->stale();
    });
  }
  std::erase_if(origins_, [](const Origin& origin) { return origin.idle.empty(); });
}

std::size_t Pool::size() const noexcept {
  std::size_t total = 0;
  for (const Origin& origin : origins_) total += origin.idle.size();
  return total;
}

}  // namespace sluice::upstream
