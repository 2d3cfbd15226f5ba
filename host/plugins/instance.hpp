// Instance: one configured use of a component, and the faces it may have: codec, direct, strategy.
// The last owner of an Instance destroys it in the plugin, and after it the library may go.
// Threads: an Instance's const functions from any thread; Decoder and DirectCall belong to one
// loop.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "plugins/types.hpp"

namespace sluice::io {
class WorkerPool;
}

namespace sluice::plugins {

enum class Framing : std::uint8_t { whole, sse, lines, raw, events };

// How the host is to sign a request, with the key of its attempt.
struct Signing {
  std::string scheme;  // empty: not at all, or there is no key
  std::string params;  // a JSON object, as plugin.h describes for the scheme
};

// The HTTP request that a codec made. Strings are reused when the object is.
struct Encoded {
  std::string method;
  std::string path;    // below the provider's base URL, begins with `/`
  std::string fields;  // "Name: value\r\n" each, secrets put in: never to be logged
  std::string body;
  bool bodyIsRequest = false;  // the body is the request's own bytes; `body` is then empty
  Framing framing = Framing::whole;
  Signing signing;
  std::vector<Dropped> dropped;  // in the order they were told, each once
};

struct HeaderView {
  std::string_view name, value;
};

// One answer's decoder. Calls never overlap. The destructor closes it in the plugin.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // One frame as cut by Encoded::framing; a body that is not 2xx comes whole. A fault ends the
  // answer.
  virtual std::optional<Fault> frame(std::string_view event, std::string_view data,
                                     ChunkSink& sink) = 0;
  virtual std::optional<Fault> end(ChunkSink& sink) = 0;  // the body ended in order
};

// One operation of a direct component. What the plugin pushes, from whatever thread, is kept here
// until the loop takes it; a plugin that runs ahead is paused. Destroying a call that has not
// finished cancels it; the plugin may still push, to nobody, until it finishes.
class DirectCall {
 public:
  virtual ~DirectCall() = default;
  // Hands over what has come. False: the operation has finished and nothing is left;
  // `fault` is then set if it failed.
  virtual bool drain(ChunkSink& sink, std::optional<Fault>& fault) = 0;
  // To wait for when drain() said true. Loop thread only.
  virtual io::Slot& slot() noexcept = 0;
};

struct Candidate {
  std::string_view target;  // the provider's name
  std::string_view model;
  std::string_view labels = "{}";
  bool healthy = true;
  bool local = false;
  std::uint32_t inflight = 0;
  std::uint32_t weight = 1;
  std::uint32_t latencyUs = 0;  // moving average to the first content; 0: unknown
  std::uint32_t errorPpm = 0;
  double priceIn = 0, priceOut = 0;  // USD per million tokens; 0: unknown
};

struct Outcome {
  Code status = Code::ok;
  std::uint64_t firstUs = 0, totalUs = 0;
  const Usage* usage = nullptr;
};

class Instance {
 public:
  virtual ~Instance() = default;

  virtual const std::string& name() const noexcept = 0;         // as configured
  virtual const std::string& componentId() const noexcept = 0;  // full id
  virtual bool hasCodec() const noexcept = 0;
  virtual bool hasDirect() const noexcept = 0;
  virtual bool hasStrategy() const noexcept = 0;
  // Whether the component's upstream speaks this client dialect itself.
  virtual bool speaks(std::string_view dialect) const noexcept = 0;

  // codec. `key` is put in where the plugin names the secret "key".
  virtual std::optional<Fault> encode(const Request& request, std::string_view key,
                                      Encoded& into) const = 0;
  virtual std::unique_ptr<Decoder> open(const Request& request, int httpStatus,
                                        std::span<const HeaderView> headers,
                                        Fault& fault) const = 0;
  // direct. Copies what it needs of the request. Null with `fault` if it did not start.
  virtual std::unique_ptr<DirectCall> start(const Request& request, io::Loop& loop,
                                            io::WorkerPool& workers, Fault& fault) const = 0;
  // strategy. `order` gets indices into `candidates`, best first; may be fewer.
  virtual std::optional<Fault> rank(const Request& request, std::span<const Candidate> candidates,
                                    std::vector<std::uint32_t>& order) const = 0;
  virtual void observe(const Candidate& candidate, const Outcome& outcome) const = 0;

  // Tells the plugin that no new operation will start here, once that is so. May block; not on a
  // loop. Once is enough, and before its end it comes by itself.
  virtual void retire() const {}

  // When a reload leaves it behind: who still uses it after `deadline` is to be made to end.
  void leaveBy(io::TimePoint deadline) const noexcept { leaveBy_ = deadline; }
  bool leaving() const noexcept { return leaveBy_.load() != io::kNever; }
  bool overdue(io::TimePoint now) const noexcept { return leaveBy_.load() <= now; }
  std::uint32_t uses() const noexcept { return uses_.load(std::memory_order_relaxed); }

 private:
  friend class InstanceUse;
  mutable std::atomic<io::Deadline> leaveBy_{io::kNever};
  mutable std::atomic<std::uint32_t> uses_{0};
};

// A call's use of an instance, which keeps it and is counted. Not null.
class InstanceUse {
 public:
  explicit InstanceUse(std::shared_ptr<const Instance> instance) noexcept
      : instance_(std::move(instance)) {
    instance_->uses_.fetch_add(1, std::memory_order_relaxed);
  }
  InstanceUse(const InstanceUse&) = delete;
  InstanceUse& operator=(const InstanceUse&) = delete;
  ~InstanceUse() { instance_->uses_.fetch_sub(1, std::memory_order_relaxed); }
  const Instance* operator->() const noexcept { return instance_.get(); }
  const Instance& operator*() const noexcept { return *instance_; }

 private:
  std::shared_ptr<const Instance> instance_;
};

}  // namespace sluice::plugins
