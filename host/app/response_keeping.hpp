// How calls of the Responses API and the store of responses meet: what a request refers to is
// looked up before the call, and what it is answered with is kept before the answer's end goes out.
// Threads: one loop.
#pragma once

#include <string>
#include <string_view>

#include "calls/client.hpp"
#include "dialects/openai_responses.hpp"
#include "http/errors.hpp"
#include "storage/responses.hpp"
#include "wire/head.hpp"

namespace sluice::app {

// Whose responses a request may see and add to: a digest of the key it carries.
std::string ownerOf(const wire::Fields& fields);

// Tells `inquiry` what is kept of what it refers to. False, with `problem`, if it may not go on.
io::Task<bool> recall(storage::Responses& store, io::Loop& loop, io::CancelToken cancel,
                      std::string owner, dialects::ResponsesInquiry& inquiry,
                      calls::Problem& problem);

// The answer where a response of this id is asked for and not found.
http::Answer withoutResponse(storage::Lookup lookup, std::string_view id);

// A client whose answers are kept. Their ends are held back until they are; of those that go on in
// the background the beginnings too.
class KeepingClient final : public calls::Client {
 public:
  // `store`: null: nothing is kept. All but the owner must outlive it.
  // `remembered`: the response is kept already, as pending, and what comes settles it.
  KeepingClient(calls::Client& client, io::Loop& loop, const dialects::KeepableInquiry& inquiry,
                storage::Responses* store, std::string owner, bool remembered = false);

  const wire::Fields& fields() const noexcept override { return client_.fields(); }
  void begin(int status, std::string_view contentType, std::string_view fields,
             std::optional<std::size_t> length) override;
  bool begun() const noexcept override { return client_.begun(); }
  io::Status write(std::string_view bytes) override;
  io::Task<io::Status> drain() override;
  io::Task<io::Status> finish(std::string_view last, bool keep) override;
  Left left() const noexcept override { return client_.left(); }

 private:
  bool due() const noexcept {
    if (store_ == nullptr || kept_ || !given_) return false;
    return inquiry_.answered() || (inquiry_.pending() && !remembered_);
  }
  void note(std::string_view bytes);
  io::Task<void> keep();
  io::Task<void> settle(storage::StoredResponse one);
  io::Task<void> release();

  calls::Client& client_;
  io::Loop& loop_;
  const dialects::KeepableInquiry& inquiry_;
  storage::Responses* store_;
  const std::string owner_;
  const bool whole_;    // what comes is the whole of a stream
  bool remembered_;     // as pending
  std::string events_;  // as they were sent
  std::string held_;    // until the answer is kept
  bool given_ = false;  // the client gets an answer, and no error after one that was of no use
  bool streamed_ = false;
  bool kept_ = false;
};

}  // namespace sluice::app
