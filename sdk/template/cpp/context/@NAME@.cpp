// @NAME@: a context source that remembers what was asked and answered, and tells it again when it
// is asked about. Change it to yours.
#include <mutex>
#include <sluice/plugin.hpp>
#include <vector>

namespace {

struct Memo {
  std::string scope, asked, answered;
};

class @CLASS@Context : public sluice::ContextSource, public sluice::Memory {
 public:
  static constexpr auto id = "@ID@", description = "Remembers what was asked and answered";
  static constexpr bool may_unload = true;
  static constexpr auto config_schema = R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object", "additionalProperties": false,
    "properties": {
      "keep": {"type": "integer", "minimum": 1, "default": 1000,
               "description": "How many exchanges are kept; the oldest go first"}}})";

  explicit @CLASS@Context(const sluice::Setup& setup)
      : keep_(sluice::Settings(setup).whole("keep", 1000)) {
    if (keep_ == 0) sluice::Settings::refuse("keep", "must be at least 1");
  }

  void find(const sluice::Query& query, sluice::Sink sink) const override {
    for (const Memo& memo : recall(query)) sink.item(memo.answered, memo.asked, "", 1);
  }

  void remember(std::string_view text) const override {
    const sluice::Exchange exchange(text);
    Memo memo{std::string(exchange.scope()), "", sluice::textOf(exchange.answer())};
    for (const sluice::json::Value message : exchange.messages())
      if (message["role"].string() == "user") memo.asked = sluice::textOf(message);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (memos_.size() == keep_) memos_.erase(memos_.begin());
    memos_.push_back(std::move(memo));
  }

 private:
  // Copies, so that nothing is pushed under the lock.
  std::vector<Memo> recall(const sluice::Query& query) const {
    std::vector<Memo> found;
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto memo = memos_.rbegin(); memo != memos_.rend() && found.size() < query.limit(); ++memo)
      if (memo->scope == query.scope() && memo->asked.find(query.text()) != std::string::npos)
        found.push_back(*memo);
    return found;
  }

  const std::uint64_t keep_;
  mutable std::mutex mutex_;
  mutable std::vector<Memo> memos_;  // the newest last
};

}  // namespace

SLUICE_PLUGIN("Example", "0.1.0", "Apache-2.0", sluice::SourceComponent<@CLASS@Context>)
