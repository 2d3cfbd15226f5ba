#include "fields.hpp"

#include <algorithm>

#include "anthropic/abilities.hpp"
#include "anthropic/thinking.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using anthropic::Plan;
using json::next;
using sluice::Body;

constexpr std::uint64_t kAnswer = 8192;  // tokens of an answer beside a budget of thoughts

class Rendering {
 public:
  Rendering(const Body& body, const Family& family, const Situation& situation)
      : body_(body),
        family_(family),
        situation_(situation),
        abilities_(anthropic::abilitiesOf(situation.model)) {}

  Fields run() {
    limit_ = body_.maxTokens(0);
    renderThinking();
    if (limit_ != 0) limit_ = anthropic::atMost(abilities_.longest, limit_);
    if (family_.maker == Maker::anthropic && !situation_.betas.empty())
      member("anthropic_beta", "[" + std::string(situation_.betas) + "]");
    renderTopK();
    renderInference();
    if (!additional_.empty()) out_.additional = "{" + additional_ + "}";
    return std::move(out_);
  }

 private:
  void drop(std::string_view name) { out_.dropped.push_back({name, SLUICE_DROPPED_HINT}); }

  // Adds to additionalModelRequestFields.
  void member(std::string_view name, std::string_view value) {
    if (!additional_.empty()) additional_.push_back(',');
    json::quote(additional_, name);
    additional_.append(":").append(value);
  }

  // ---- thinking

  void renderThinking() {
    const json::Value effort = body_["reasoning_effort"], budget = body_["reasoning_budget"];
    anthropic::Wish wish;
    wish.effort = effort;
    wish.budget = budget;
    wish.limit = limit_;
    wish.otherwise = kAnswer;
    wish.adaptive = abilities_.adaptive || family_.maker != Maker::anthropic;
    wish.possible = situation_.mayThink && abilities_.thinks;
    wish.forced = situation_.forced && family_.maker == Maker::anthropic;
    const Plan plan = anthropic::plan(wish, abilities_);
    const std::string_view asked =
        budget.exists() && !budget.isNull() ? "reasoning_budget" : "reasoning_effort";
    if (plan.dropped) drop(asked);
    thinks_ = family_.maker == Maker::anthropic && plan.thinks();
    out_.thinks = thinks_ || (abilities_.thinksUnasked && plan.mode != Plan::Mode::disabled);
    if (family_.maker == Maker::anthropic) return renderClaudes(plan);
    const bool refused = plan.mode == Plan::Mode::unsaid && sluice::asks(effort);
    if (!plan.thinks() && !refused) return;
    if (family_.maker == Maker::amazon) renderNovas(plan, asked);
    else if (family_.maker == Maker::openai && plan.thinks())
      member("reasoning_effort", quoted(threeLevels(plan.effort)));
    else if (plan.thinks()) drop(asked);
  }

  void renderClaudes(const Plan& plan) {
    if (plan.mode == Plan::Mode::disabled) {
      member("thinking", R"({"type":"disabled"})");
    } else if (plan.mode == Plan::Mode::budget) {
      limit_ = plan.maxTokens;
      member("thinking",
             R"({"type":"enabled","budget_tokens":)" + std::to_string(plan.budget) + "}");
    } else if (plan.mode == Plan::Mode::adaptive) {
      member("thinking", R"({"type":"adaptive","display":"summarized"})");
      member("output_config", R"({"effort":)" + quoted(plan.effort) + "}");
    }
  }

  // The second generation thinks; at its highest effort it takes no limit and no sampling.
  void renderNovas(const Plan& plan, std::string_view asked) {
    if (situation_.model.find("nova-2") == std::string_view::npos) {
      if (plan.thinks()) drop(asked);
      return;
    }
    if (!plan.thinks()) return member("reasoningConfig", R"({"type":"disabled"})");
    std::string_view effort = threeLevels(plan.effort);
    if (effort == "high" && limit_ != 0) effort = "medium";
    unsampled_ = effort == "high";
    member("reasoningConfig", R"({"type":"enabled","maxReasoningEffort":)" + quoted(effort) + "}");
  }

  static std::string_view threeLevels(std::string_view effort) {
    return effort == "low" || effort == "medium" ? effort : std::string_view("high");
  }
  static std::string quoted(std::string_view text) {
    std::string out;
    json::quote(out, text);
    return out;
  }

  // ---- sampling

  void renderTopK() {
    const json::Value topK = body_.number("top_k");
    if (!topK.exists()) return;
    if (family_.maker == Maker::anthropic && abilities_.samples && !thinks_)
      member("top_k", topK.raw());
    else if (family_.maker == Maker::amazon && !unsampled_)
      member("inferenceConfig", R"({"topK":)" + std::string(topK.raw()) + "}");
    else drop("top_k");
  }

  void renderInference() {
    std::string list;
    json::Writer writer(list);
    writer.beginObject();
    if (limit_ != 0) writer.member("maxTokens", limit_);
    renderSampling(writer);
    renderStops(writer);
    writer.endObject();
    if (list != "{}") out_.inference = std::move(list);
  }

  void renderSampling(json::Writer& writer) {
    const json::Value temperature = body_.number("temperature"), topP = body_.number("top_p");
    const bool claude = family_.maker == Maker::anthropic;
    const bool sampled = claude ? abilities_.samples && !thinks_ : !unsampled_;
    if (temperature.exists() && !sampled) drop("temperature");
    else if (temperature.number() > 1) writer.member("temperature", 1);
    else if (temperature.number() < 0) writer.member("temperature", 0);
    else writer.member("temperature", temperature);
    // While it thinks, a Claude takes a top_p of 0.95 and more.
    const bool alone = !claude || abilities_.samplesTwoWays || !temperature.exists();
    const bool thinkable = thinks_ && abilities_.samples && topP.number() >= 0.95;
    if (topP.exists() && !(sampled && alone) && !thinkable) drop("top_p");
    else if (topP.number() > 1) writer.member("topP", 1);
    else if (topP.number() < 0) writer.member("topP", 0);
    else writer.member("topP", topP);
  }

  void renderStops(json::Writer& writer) {
    std::string list;
    bool left = false;
    for (const std::string_view text : body_.stops()) {
      if (text.empty() || (family_.maker == Maker::anthropic && anthropic::isBlank(text)))
        left = true;
      else next(list).string(text);
    }
    if (left) drop("stop");
    if (list.empty()) return;
    out_.stops = true;
    writer.key("stopSequences").beginArray().raw(list).endArray();
  }

  const Body& body_;
  const Family& family_;
  const Situation& situation_;
  const anthropic::Abilities abilities_;
  std::uint64_t limit_ = 0;  // 0: unsaid
  bool thinks_ = false;      // a Claude does
  bool unsampled_ = false;   // thinks so much that sampling is refused
  std::string additional_;   // members, without braces
  Fields out_;
};

}  // namespace

Fields fieldsOf(const Body& body, const Family& family, const Situation& situation) {
  return Rendering(body, family, situation).run();
}

}  // namespace bedrock
