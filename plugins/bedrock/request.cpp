#include "request.hpp"

#include "anthropic/loop.hpp"
#include "families.hpp"
#include "fields.hpp"
#include "tools.hpp"
#include "turns.hpp"

namespace bedrock {
namespace {

namespace json = sluice::json;
using anthropic::Dropped;

class Rendering {
 public:
  Rendering(const sluice::Request& request, std::string_view betas)
      : body_(request),
        family_(familyOf(request.model())),
        loop_(anthropic::loopOf(body_.messages())),
        turns_(body_.messages(), family_),
        tools_(toolsOf(body_, turns_.called(), family_)),
        fields_(fieldsOf(body_, family_, {request.model(), loop_.mayThink, tools_.forced, betas})) {
  }

  void writePrompt(json::Writer& writer) const {
    std::string system = turns_.system();
    if (!tools_.instruction.empty())
      json::next(system).beginObject().member("text", tools_.instruction).endObject();
    writer.key("messages").beginArray();
    if (loop_.holdsThoughts && !fields_.thinks)
      writer.raw(Turns(body_.messages(), family_, loop_.begin).messages());
    else writer.raw(turns_.messages());
    writer.endArray();
    if (!system.empty()) writer.key("system").beginArray().raw(system).endArray();
    if (!tools_.config.empty()) writer.key("toolConfig").raw(tools_.config);
    if (!fields_.additional.empty())
      writer.key("additionalModelRequestFields").raw(fields_.additional);
  }

  void writeRest(json::Writer& writer) const {
    if (!fields_.inference.empty()) writer.key("inferenceConfig").raw(fields_.inference);
    // Where a Claude tells which sequence ended its answer, whole and streamed.
    if (fields_.stops && family_.maker == Maker::anthropic)
      writer.key("additionalModelResponseFieldPaths")
          .raw(R"(["/stop_sequence","/delta/stop_sequence"])");
  }

  std::vector<Dropped> dropped() const {
    std::vector<Dropped> out = anthropic::droppedOf(body_);
    for (const char* name : {"user", "safety_identifier"})
      if (sluice::asks(body_[name])) out.push_back({name, SLUICE_DROPPED_HINT});
    for (const std::string_view name : turns_.unkept()) out.push_back({name, SLUICE_DROPPED_HINT});
    out.insert(out.end(), tools_.dropped.begin(), tools_.dropped.end());
    out.insert(out.end(), fields_.dropped.begin(), fields_.dropped.end());
    return out;
  }

 private:
  const sluice::Body body_;
  const Family family_;
  const anthropic::Loop loop_;
  const Turns turns_;
  const Tools tools_;
  const Fields fields_;
};

}  // namespace

Rendered render(const sluice::Request& request, std::string_view betas) {
  const Rendering rendering(request, betas);
  Rendered out;
  out.dropped = rendering.dropped();
  out.body.reserve(request.body().size() + 512);
  json::Writer writer(out.body);
  writer.beginObject();
  rendering.writePrompt(writer);
  rendering.writeRest(writer);
  writer.endObject();
  return out;
}

std::string countable(const sluice::Request& request, std::string_view betas) {
  const Rendering rendering(request, betas);
  std::string out;
  json::Writer writer(out);
  writer.beginObject().key("input").beginObject().key("converse").beginObject();
  rendering.writePrompt(writer);
  writer.endObject().endObject().endObject();
  return out;
}

}  // namespace bedrock
