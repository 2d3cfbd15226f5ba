// signed: a provider whose requests the host signs, as its settings say, and whose streamed answers
// are binary event streams.
//   POST /model/MODEL/talk?a=b%20c {the request as it came}
//   `text` TEXT | `stop` REASON | `!anything` why        streamed
//   TEXT                                                 in one piece
#include <sluice/plugin.hpp>

namespace {

constexpr auto kSettings = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["scheme", "params"],
  "properties": {
    "scheme": {"type": "string", "description": "How requests are signed"},
    "params": {"type": "object", "description": "What that way needs to know"}
  }
})";

sluice::Error refusal(int status, std::string_view why) {
  sluice::Error error(SLUICE_UNAVAILABLE, std::string(why));
  error.retryable = true;
  error.httpStatus = static_cast<std::uint32_t>(status);
  return error;
}

class SignedDecoder : public sluice::Decoder {
 public:
  SignedDecoder(int status, bool stream) : status_(status), stream_(stream) {}

  void frame(std::string_view event, std::string_view data, sluice::Sink sink) override {
    if (status_ != 0) throw refusal(status_, data);
    if (event.substr(0, 1) == "!")
      throw refusal(0, std::string(event.substr(1)) + ": " + std::string(data));
    if (!stream_ || event == "text") sink.text(data);
    if (!stream_ || event == "stop") {
      sink.finishReason(stream_ ? data : "stop");
      stopped_ = true;
    }
  }
  void end(sluice::Sink /*sink*/) override {
    if (!stopped_) throw refusal(status_, "the answer ended before it was finished");
  }

 private:
  const int status_;  // 0: a good one
  const bool stream_;
  bool stopped_ = false;
};

std::string escaped(std::string_view model) {
  std::string out;
  for (const char c : model) out += c == ':' ? std::string("%3A") : std::string(1, c);
  return out;
}

class Signed : public sluice::Codec {
 public:
  static constexpr auto id = "test.signed";
  static constexpr auto description = "Requests signed by the host, answers as event streams";
  static constexpr auto config_schema = kSettings;
  static constexpr bool may_unload = true;

  explicit Signed(const sluice::Setup& setup) {
    const sluice::Settings settings(setup);
    scheme_ = settings.string("scheme");
    params_ = settings.get("params").raw();
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    out.post("/model/" + escaped(request.model()) + "/talk?a=b%20c");
    out.sign(scheme_, params_).json(request.body());
    if (request.stream()) out.events();
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    return std::make_unique<SignedDecoder>(response.ok() ? 0 : response.status, request.stream());
  }

 private:
  std::string scheme_;
  std::string params_;
};

}  // namespace

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::CodecComponent<Signed>)
