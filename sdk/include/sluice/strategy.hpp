// sluice/strategy.hpp: the faces of "sluice.strategy/1", which ranks candidates, and of
// "sluice.memory/1", which remembers what was said.
// Threads: called from any thread, several at a time; rank() and observe() never wait.
#pragma once

#include <sluice/core.hpp>

namespace sluice {

// The candidates of one ranking. Lent until rank() returns.
class Candidates {
 public:
  Candidates(const sluice_candidate* const* candidates, std::size_t count) noexcept
      : candidates_(candidates), count_(count) {}

  std::size_t size() const noexcept { return count_; }
  const sluice_candidate& operator[](std::size_t index) const noexcept {
    return *candidates_[index];
  }
  bool healthy(std::size_t index) const noexcept {
    return (candidates_[index]->flags & SLUICE_CAND_HEALTHY) != 0;
  }

 private:
  const sluice_candidate* const* candidates_;
  std::size_t count_;
};

// The ranking that rank() writes: indices of candidates, best first. One left out is not tried.
class Order {
 public:
  Order(std::uint32_t* order, std::size_t capacity) noexcept : order_(order), capacity_(capacity) {}

  // Beyond the number of candidates nothing is taken.
  void add(std::size_t index) noexcept {
    if (size_ < capacity_) order_[size_++] = static_cast<std::uint32_t>(index);
  }
  std::size_t size() const noexcept { return size_; }

 private:
  std::uint32_t* order_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual void rank(const Request& request, const Candidates& candidates, Order& order) const = 0;
  // What became of a try; for strategies that learn.
  virtual void observe(const sluice_candidate& /*candidate*/,
                       const sluice_outcome& /*outcome*/) const noexcept {}
};

class Memory {
 public:
  virtual ~Memory() = default;
  // exchange: sdk/schema/exchange.v1.json. May wait; to fail is to throw.
  virtual void remember(std::string_view exchange) const = 0;
};

namespace detail {

template <class Object>
struct StrategyTable {
  static const Strategy& of(const sluice_instance* self) noexcept {
    return *static_cast<const Object*>(self->plugin_data);
  }
  static sluice_status rank(const sluice_instance* self, const sluice_request* request,
                            const sluice_candidate* const* candidates, std::size_t count,
                            std::uint32_t* order, std::size_t* ordered,
                            sluice_error* err) noexcept {
    return guard(err, [&] {
      Order out(order, count);
      of(self).rank(Request(*request), Candidates(candidates, count), out);
      *ordered = out.size();
    });
  }
  static void observe(const sluice_instance* self, const sluice_candidate* candidate,
                      const sluice_outcome* outcome) noexcept {
    of(self).observe(*candidate, *outcome);
  }
  static constexpr sluice_strategy table{sizeof(sluice_strategy), 0, rank, observe};
};

template <class Object>
struct MemoryTable {
  static sluice_status remember(const sluice_instance* self, sluice_str exchange,
                                sluice_error* err) noexcept {
    return guard(err,
                 [&] { static_cast<const Object*>(self->plugin_data)->remember(view(exchange)); });
  }
  static constexpr sluice_memory table{sizeof(sluice_memory), 0, remember};
};

}  // namespace detail
}  // namespace sluice
