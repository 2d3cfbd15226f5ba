#include "dialects/openai_responses_stored.hpp"

#include <algorithm>
#include <array>

#include "base/error_body.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "dialects/json_document.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_request.hpp"
#include "dialects/openai_responses_answer.hpp"
#include "dialects/passed_fields.hpp"
#include "wire/query.hpp"

namespace sluice::dialects {

namespace {

plugins::Fault faultOf(plugins::Code code, const char* message) {
  plugins::Fault made;
  made.code = code;
  made.retryable = code == plugins::Code::unavailable;
  made.message = message;
  return made;
}

plugins::Fault keepsNone() {
  return faultOf(plugins::Code::unimplemented, "the provider keeps no responses");
}

// Whatever is answered with 2xx is a yes, unless it says that it is an error.
class YesPassage final : public calls::Passage {
 public:
  void block(const wire::SseBlock&, std::string&) override {
    progress_.fault = faultOf(plugins::Code::unavailable, "the upstream streamed its answer");
  }
  void close(std::string&) override {}
  void whole(std::string_view body) override {
    simdjson::dom::element root, error;
    if (parseJson(body, root) == simdjson::SUCCESS && root.is_object() &&
        root["error"].get(error) == simdjson::SUCCESS && !error.is_null()) {
      progress_.fault = readOpenAiError(error);
      return;
    }
    progress_.usage = plugins::Usage();
    progress_.content = progress_.settled = progress_.finished = progress_.ended = true;
  }
};

const std::string kNoBody;  // of a client

class DeletionInquiry final : public OpenAiInquiry {
 public:
  explicit DeletionInquiry(StoredAsked asked)
      : OpenAiInquiry(kNoBody, OpenAiReading()), asked_(std::move(asked)) {}

  std::string_view dialect() const noexcept override { return kStoredResponses; }
  std::string_view model() const noexcept override { return asked_.model; }
  std::string_view provider() const noexcept override { return asked_.provider; }
  bool ofOneKey() const noexcept override { return true; }

  void appendOwn(std::string& out, std::string_view model, bool) const override {
    json::Writer w(out);
    w.beginObject().key("model").string(model).key("id").string(asked_.id);
    w.key("do").string("delete").endObject();
  }
  std::optional<plugins::Fault> appendCanonical(std::string&, std::string_view, bool,
                                                std::vector<plugins::Dropped>&) const override {
    return keepsNone();
  }
  std::unique_ptr<calls::Passage> passage() const override {
    return std::make_unique<YesPassage>();
  }
  // There is none without a canonical form.
  std::unique_ptr<calls::Rendering> rendering(std::string_view, std::string_view) const override {
    return nullptr;
  }

 private:
  const StoredAsked asked_;
};

// What a client may ask of a response that is read.
std::string knownOf(std::string_view query) {
  constexpr std::array<std::string_view, 5> kNames{"stream", "starting_after", "include",
                                                   "include[]", "include_obfuscation"};
  std::string known;
  for (const std::string_view part : text::split(query, '&')) {
    const std::string_view name = part.substr(0, part.find('='));
    const bool taken = std::any_of(kNames.begin(), kNames.end(), [name](std::string_view one) {
      return wire::queryParameter(name, one).has_value();
    });
    if (!taken) continue;
    if (!known.empty()) known += '&';
    known += part;
  }
  return known;
}

// Asked for again and again while the provider works, and answered with the response each time.
class StateInquiry final : public KeepableInquiry {
 public:
  StateInquiry(StoredAsked asked, const char* what, std::string query, bool stream)
      : asked_(std::move(asked)), what_(what), query_(std::move(query)), stream_(stream) {}

  std::string_view dialect() const noexcept override { return kStoredResponses; }
  std::string_view model() const noexcept override { return asked_.model; }
  std::string_view provider() const noexcept override { return asked_.provider; }
  bool ofOneKey() const noexcept override { return true; }
  bool stream() const noexcept override { return stream_; }
  std::size_t size() const noexcept override { return 0; }

  bool keeps() const noexcept override { return true; }
  bool pending() const noexcept override { return answer_ && answer_->pending(); }
  bool answered() const noexcept override { return answer_ && !answer_->whole.empty(); }
  KeptResponse kept() const override {
    KeptResponse made;
    made.id = asked_.id;
    made.response = answer_->told();
    made.pending = answer_->whole.empty();
    return made;
  }
  void uncount() const noexcept override { answer_->uncount(); }

  void appendOwn(std::string& out, std::string_view model, bool) const override {
    json::Writer w(out);
    w.beginObject().key("model").string(model).key("id").string(asked_.id);
    w.key("do").string(what_);
    if (!query_.empty()) w.key("query").string(query_);
    w.endObject();
  }
  std::optional<plugins::Fault> appendCanonical(std::string&, std::string_view, bool,
                                                std::vector<plugins::Dropped>&) const override {
    return keepsNone();
  }
  std::unique_ptr<calls::Passage> passage() const override {
    answer_ = std::make_shared<ResponsesAnswer>();
    answer_->state.id = asked_.id;
    answer_->background = true;
    return std::make_unique<OpenAiResponsesPassage>(answer_);
  }
  // There is none without a canonical form.
  std::unique_ptr<calls::Rendering> rendering(std::string_view, std::string_view) const override {
    return nullptr;
  }

  std::span<const std::string_view> ownFieldNames() const noexcept override {
    return dialects::ownFieldNames(Naming::openAi);
  }
  void appendFields(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendAnswerFields(out, Naming::openAi, {upstream, same});
  }
  void appendLimits(std::string& out, const wire::Fields& upstream, bool same) const override {
    appendLimitFields(out, Naming::openAi, {upstream, same});
  }
  void appendError(std::string& out, const calls::Problem& problem) const override {
    appendErrorBody(out, problem.message, problem.type, problem.param, problem.code);
  }
  // Only after something has reached the client.
  void appendErrorEvent(std::string& out, const calls::Problem& problem) const override {
    appendResponsesError(out, problem, *answer_);
  }

 private:
  const StoredAsked asked_;
  const char* const what_;
  const std::string query_;
  const bool stream_;
  mutable std::shared_ptr<ResponsesAnswer> answer_;  // of the newest attempt
};

}  // namespace

std::unique_ptr<KeepableInquiry> readingOfResponse(StoredAsked asked, std::string_view query) {
  const bool stream = wire::queryParameter(query, "stream") == "true";
  return std::make_unique<StateInquiry>(std::move(asked), "read", knownOf(query), stream);
}

std::unique_ptr<KeepableInquiry> cancellationOfResponse(StoredAsked asked) {
  return std::make_unique<StateInquiry>(std::move(asked), "cancel", std::string(), false);
}

std::unique_ptr<calls::Inquiry> deletionOfResponse(StoredAsked asked) {
  return std::make_unique<DeletionInquiry>(std::move(asked));
}

}  // namespace sluice::dialects
