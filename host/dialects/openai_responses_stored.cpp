#include "dialects/openai_responses_stored.hpp"

#include "base/json.hpp"
#include "dialects/json_document.hpp"
#include "dialects/openai_error.hpp"
#include "dialects/openai_request.hpp"

namespace sluice::dialects {

namespace {

plugins::Fault faultOf(plugins::Code code, const char* message) {
  plugins::Fault made;
  made.code = code;
  made.retryable = code == plugins::Code::unavailable;
  made.message = message;
  return made;
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
    return faultOf(plugins::Code::unimplemented, "the provider keeps no responses");
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

}  // namespace

std::unique_ptr<calls::Inquiry> deletionOfResponse(StoredAsked asked) {
  return std::make_unique<DeletionInquiry>(std::move(asked));
}

}  // namespace sluice::dialects
