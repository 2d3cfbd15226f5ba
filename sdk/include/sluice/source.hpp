// sluice/source.hpp: sources of items: what to put before a conversation, and hits for a query.
// Threads: find() is called from any thread, several at a time.
#pragma once

#include <sluice/body.hpp>
#include <sluice/direct.hpp>

namespace sluice {

// Derive from ContextSource or SearchSource. find() never waits, unless the class says `static
// constexpr bool blocking = true`: then the host gives each operation a worker thread.
class ItemSource : public Generator {
 public:
  // Pushes items, the best first, and for a context messages too; to fail is to throw. Whether the
  // reader pauses or leaves is this header's business.
  virtual void find(const Query& query, Sink sink) const = 0;

  std::unique_ptr<Generation> generate(const Request& request) const final {
    if (request.op() != op_) request.refuse();
    return std::make_unique<Finding>(*this, request);
  }

 protected:
  explicit ItemSource(std::uint32_t op) noexcept : op_(op) {}

 private:
  struct Finding final : Generation {
    Finding(const ItemSource& of, const Request& request) : source(of), query(request) {}
    bool step(Sink sink) override {
      source.find(query, sink);
      return false;
    }
    const ItemSource& source;
    const Query query;
  };
  const std::uint32_t op_;
};

class ContextSource : public ItemSource {
 protected:
  ContextSource() noexcept : ItemSource(SLUICE_OP_CONTEXT) {}
};

class SearchSource : public ItemSource {
 protected:
  SearchSource() noexcept : ItemSource(SLUICE_OP_SEARCH) {}
};

}  // namespace sluice
