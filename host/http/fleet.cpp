#include "http/fleet.hpp"

#include <utility>

namespace sluice::http {

namespace {

constexpr std::size_t kSlack = 8;  // one in so many may be out of balance

}  // namespace

Fleet::Place::Place(Fleet& fleet, MemberPtr member) noexcept
    : fleet_(fleet), member_(std::move(member)) {
  fleet_.total_.fetch_add(1, std::memory_order_relaxed);
  member_->connections.fetch_add(1, std::memory_order_relaxed);
}

Fleet::Place::~Place() {
  if (member_ == nullptr) return;
  member_->connections.fetch_sub(1, std::memory_order_relaxed);
  fleet_.total_.fetch_sub(1, std::memory_order_relaxed);
}

Fleet::MemberPtr Fleet::join(std::shared_ptr<io::Mailbox> mailbox, Server* server) {
  auto member = std::make_shared<Member>();
  member->mailbox = std::move(mailbox);
  member->server = server;
  const std::lock_guard lock(mutex_);
  members_.push_back(member);
  return member;
}

void Fleet::leave(const MemberPtr& member) {
  const std::lock_guard lock(mutex_);
  std::erase(members_, member);
}

Fleet::MemberPtr Fleet::choose(const MemberPtr& self) const {
  MemberPtr best = self;
  std::size_t fewest = self->connections.load(std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  for (const MemberPtr& member : members_) {
    const std::size_t has = member->connections.load(std::memory_order_relaxed);
    if (has + fewest / kSlack >= fewest) continue;
    fewest = has;
    best = member;
  }
  return best;
}

}  // namespace sluice::http
