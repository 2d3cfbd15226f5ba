// bedrock: Amazon Bedrock's Converse API, streamed and whole, for the models of every maker there.
// Requests are signed by the host, or carry a key of Bedrock's own.
#include <sluice/plugin.hpp>
#include <utility>
#include <vector>

#include "decoder.hpp"
#include "failure.hpp"
#include "request.hpp"

namespace {

namespace json = sluice::json;
using sluice::Settings;

constexpr auto kSettings = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "auth": {
      "enum": ["sigv4", "bearer"],
      "default": "sigv4",
      "description": "sigv4: requests are signed with keys ID:SECRET or ID:SECRET:TOKEN; bearer: a key of Bedrock's own"
    },
    "region": {
      "type": "string",
      "pattern": "^[a-z0-9-]+$",
      "default": "us-east-1",
      "description": "The region that requests are signed for: the one in base_url"
    },
    "profiles": {
      "type": "object",
      "description": "By a model's name, the id or ARN that is asked for instead, such as an application's inference profile",
      "additionalProperties": {"type": "string", "minLength": 1}
    },
    "betas": {
      "type": "array",
      "description": "Sent as anthropic_beta to the models of Anthropic",
      "items": {"type": "string", "minLength": 1}
    }
  }
})";

bool isRegion(std::string_view text) {
  constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !text.empty() && text.find_first_not_of(known) == std::string_view::npos;
}

class Bedrock : public sluice::Codec {
 public:
  static constexpr auto id = "sluice.bedrock";
  static constexpr auto description = "Amazon Bedrock's Converse API";
  static constexpr auto config_schema = kSettings;
  static constexpr bool may_unload = true;

  explicit Bedrock(const sluice::Setup& setup) : host_(setup.host) {
    const Settings settings(setup);
    const std::string auth = settings.string("auth", "sigv4");
    if (auth != "sigv4" && auth != "bearer")
      Settings::refuse("auth", "must be one of sigv4, bearer");
    const std::string region = settings.string("region", "us-east-1");
    if (!isRegion(region)) Settings::refuse("region", "is no region, such as eu-central-1");
    if (auth == "sigv4")
      json::Writer(signing_)
          .beginObject()
          .member("service", "bedrock")
          .member("region", region)
          .endObject();
    const json::Value profiles = settings.get("profiles");
    for (auto at = profiles.begin(); at != profiles.end(); ++at) {
      if ((*at).string().empty()) Settings::refuse("profiles", "must hold ids that are not empty");
      profiles_.emplace_back(at.key(), (*at).string());
    }
    for (const json::Value beta : settings.list("betas")) {
      if (beta.string().empty()) Settings::refuse("betas", "must hold names that are not empty");
      json::next(betas_).string(beta.string());
    }
  }

  void encode(const sluice::Request& request, sluice::HttpOut out) const override {
    const bool counts = request.op() == SLUICE_OP_COUNT;
    if (request.op() == SLUICE_OP_MODELS)
      throw sluice::Error(SLUICE_UNIMPLEMENTED,
                          "Bedrock lists its models at another address than it answers at");
    if (request.op() != SLUICE_OP_CHAT && !counts) request.refuse();
    const std::string path = "/model/" + sluice::pathSegment(idOf(request.model()));
    if (counts) {  // what is left out is not counted
      const std::string body = bedrock::countable(request, betas_);
      start(out.post(path + "/count-tokens"), false).json(body);
      return;
    }
    const bedrock::Rendered rendered = bedrock::render(request, betas_);
    start(out.post(path + (request.stream() ? "/converse-stream" : "/converse")), request.stream())
        .json(rendered.body);
    for (const anthropic::Dropped& one : rendered.dropped) out.dropped(one.name, one.weight);
  }

  std::unique_ptr<sluice::Decoder> open(const sluice::Request& request,
                                        const sluice::Response& response) const override {
    if (!response.ok()) return bedrock::failureDecoder(response, host_);
    if (request.op() == SLUICE_OP_COUNT) return bedrock::countDecoder();
    return bedrock::answerDecoder(response.headers.find("x-amzn-requestid"), request.model());
  }

 private:
  sluice::HttpOut& start(sluice::HttpOut& out, bool stream) const {
    if (stream) out.events();
    else out.header("Accept", "application/json").framing(SLUICE_FRAME_WHOLE);
    if (signing_.empty()) return out.bearer();
    return out.sign("aws.sigv4", signing_);
  }

  std::string_view idOf(std::string_view model) const {
    for (const auto& [name, profile] : profiles_)
      if (name == model) return profile;
    return model;
  }

  sluice::Host host_;
  std::string signing_;  // parameters of the signature; empty: a bearer's key
  std::vector<std::pair<std::string, std::string>> profiles_;
  std::string betas_;
};

}  // namespace

SLUICE_PLUGIN("Sluice", "0.1.0", "Apache-2.0", sluice::CodecComponent<Bedrock>)
