// What the way of a call must know of a client's dialect; host/dialects implements it.
//   Inquiry    a client's request, read once
//   Passage    an answer whose upstream speaks the client's dialect: its bytes go on as they came
//   Rendering  an answer that comes in chunks, written in the client's dialect
// Threads: an Inquiry is read-only; the others belong to one attempt on one loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "calls/problem.hpp"
#include "plugins/types.hpp"
#include "wire/head.hpp"
#include "wire/sse.hpp"

namespace sluice::calls {

// What the relay knows of an answer under way.
struct Progress {
  bool content = false;   // something of the answer itself has come: the commit point
  bool thinking = false;  // nothing of it has to come yet: it thinks, and keeps that to itself
  bool finished = false;  // every finish reason that was asked for has come: the answer is whole
  bool settled = false;   // every choice that has begun has its own: whole, if it ends in order
  bool ended = false;     // the dialect's last event has come: nothing more is awaited
  std::optional<plugins::Fault> fault;  // the answer is broken, or says that it failed
  std::optional<plugins::Usage> usage;
  std::uint64_t contentBytes = 0;  // of what the model said, for an estimate where no usage comes
};

class Passage {
 public:
  virtual ~Passage() = default;
  // Looks at a block and appends what goes on to the client: its bytes, or nothing.
  virtual void block(const wire::SseBlock& block, std::string& out) = 0;
  // The answer is whole, or must do as it is: appends what the dialect ends with and did not come.
  virtual void close(std::string& out) = 0;
  // Looks at an answer that was not streamed. Without a fault its bytes go on as they are.
  virtual void whole(std::string_view body) = 0;
  // After whole(): what goes on in the body's place; empty: the body does.
  virtual std::string_view restated() const noexcept { return {}; }

  const Progress& progress() const noexcept { return progress_; }

 protected:
  Progress progress_;
};

class Rendering : public plugins::ChunkSink {
 public:
  virtual ~Rendering() = default;
  // After a fault nothing more is taken: Answer::cancelled.
  Answer push(const plugins::Chunk& chunk) noexcept final;
  // Where push() writes from now on; only used while streaming.
  virtual void writeTo(std::string& out) noexcept = 0;
  // Ends the answer: a stream's last events, or the whole body.
  virtual void close(std::string& out) = 0;
  // What is sent between two events, again and again while the client waits for the next: a
  // constant; empty: nothing.
  virtual std::string_view ping() const noexcept { return {}; }

  const Progress& progress() const noexcept { return progress_; }

 protected:
  // May throw; what cannot be rendered is the fault of progress_.
  virtual void take(const plugins::Chunk& chunk) = 0;
  Progress progress_;
};

// Who is sent a client's own body.
struct SentTo {
  std::string_view provider;
  bool oneAccount = true;  // what it keeps can be found with any of its keys
};

class Inquiry {
 public:
  virtual ~Inquiry() = default;
  // What is asked of the upstream. plugins::Op::count: how many tokens the request is, of a
  // provider that speaks the dialect in its own words, of any other as one chunk of JSON,
  // {"input_tokens": n}.
  virtual plugins::Op op() const noexcept { return plugins::Op::chat; }
  virtual std::string_view dialect() const noexcept = 0;  // "openai.chat"
  virtual std::string_view model() const noexcept = 0;    // as the client named it
  // The provider that is asked, whatever the model's name stands for; empty: that decides.
  virtual std::string_view provider() const noexcept { return {}; }
  // Whether what is asked for belongs to one of the provider's keys, and is not there (404) for the
  // others: then each is tried.
  virtual bool ofOneKey() const noexcept { return false; }
  virtual bool stream() const noexcept = 0;
  virtual std::size_t size() const noexcept = 0;  // of the request's body, in bytes

  // The client's own body with another model; streamed answers are asked for usage if
  // `askForUsage`.
  virtual void appendOwn(std::string& out, std::string_view model, bool askForUsage) const = 0;
  // The same for a provider that may know what the client refers to.
  virtual void appendOwnTo(SentTo /*to*/, std::string& out, std::string_view model,
                           bool askForUsage) const {
    appendOwn(out, model, askForUsage);
  }
  // Names, in lower case, of what in the client's head an upstream of its dialect gets too. They
  // take the place of the codec's own of the same names.
  virtual std::span<const std::string_view> ownFieldNames() const noexcept { return {}; }
  // What of the client's query goes to them: "name=value" pairs with `&` between; empty: nothing.
  virtual std::string_view ownQuery() const noexcept { return {}; }
  // The same request in canonical form. `dropped` gets the members that it leaves out. A fault:
  // there is none; its `param` names the member that stands in the way.
  virtual std::optional<plugins::Fault> appendCanonical(
      std::string& out, std::string_view model, bool askForUsage,
      std::vector<plugins::Dropped>& dropped) const = 0;
  // What the client calls a member of the canonical form: "messages[1].content[0].image_url.url".
  virtual std::string nameOf(std::string_view canonical) const { return std::string(canonical); }

  virtual std::unique_ptr<Passage> passage() const = 0;
  // `model`: the name to show where the upstream gives none; `id`: of the call.
  virtual std::unique_ptr<Rendering> rendering(std::string_view model,
                                               std::string_view id) const = 0;

  // Where no provider can answer: an answer that is estimated here, which the client is told of.
  // False: there is none.
  virtual bool appendEstimate(std::string& out) const { return static_cast<void>(out), false; }

  // What the head of an answer says in this dialect: "Name: value\r\n" each. `upstream`: the fields
  // of the answer that it is made of, if there is one; `same`: which is of this dialect too.
  virtual void appendFields(std::string& out, const wire::Fields& upstream, bool same) const {
    static_cast<void>(out), static_cast<void>(upstream), static_cast<void>(same);
  }

  // The part of them that is for answers in our own words too: the upstream's limits.
  virtual void appendLimits(std::string& out, const wire::Fields& upstream, bool same) const {
    static_cast<void>(out), static_cast<void>(upstream), static_cast<void>(same);
  }

  virtual int status(const Problem& problem) const noexcept { return problem.status; }
  virtual void appendError(std::string& out, const Problem& problem) const = 0;  // a whole body
  virtual void appendErrorEvent(std::string& out,
                                const Problem& problem) const = 0;  // ends a stream
};

}  // namespace sluice::calls
