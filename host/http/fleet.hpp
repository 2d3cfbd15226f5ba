// Fleet: what the servers of all loops share: how many connections there are, and where. The kernel
// shares new ones out by a hash, which spreads few of them unevenly: a server that is given one
// while another has fewer hands it over.
// Threads: any.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "io/mailbox.hpp"

namespace sluice::http {

class Server;

class Fleet {
 public:
  // One server's part.
  struct Member {
    std::atomic<std::size_t> connections = 0;
    std::shared_ptr<io::Mailbox> mailbox;
    Server* server = nullptr;  // its loop's thread only; nullptr: it is gone
  };
  using MemberPtr = std::shared_ptr<Member>;

  // One connection, counted for as long as this lives.
  class Place {
   public:
    Place(Fleet& fleet, MemberPtr member) noexcept;
    Place(Place&& other) noexcept : fleet_(other.fleet_), member_(std::move(other.member_)) {}
    Place& operator=(Place&&) = delete;
    ~Place();

   private:
    Fleet& fleet_;
    MemberPtr member_;
  };

  MemberPtr join(std::shared_ptr<io::Mailbox> mailbox, Server* server);
  // It is not chosen any more, except by itself.
  void leave(const MemberPtr& member);

  // The member that is to have the next connection: `self`, unless another has fewer (clearly
  // fewer, where there are many: handing over has its price).
  MemberPtr choose(const MemberPtr& self) const;

  std::size_t connections() const noexcept { return total_.load(std::memory_order_relaxed); }

 private:
  mutable std::mutex mutex_;
  std::vector<MemberPtr> members_;
  std::atomic<std::size_t> total_ = 0;
};

}  // namespace sluice::http
