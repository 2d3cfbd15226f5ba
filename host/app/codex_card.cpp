#include "app/codex_card.hpp"

#include <array>
#include <utility>

namespace sluice::app {

namespace {

// Codex sends it as the instructions of every request, in the place of its own.
constexpr std::string_view kInstructions =
    "You are a coding agent. You work in a terminal, in the user's own files, through the tools "
    "you "
    "are given.\n\n"
    "- Read the code that a task touches before you change it, and follow the style you find "
    "there.\n"
    "- Follow the instructions of AGENTS.md files; the one nearest to a file counts most, and what "
    "the user says counts more.\n"
    "- Do what was asked, at its cause, with the smallest change that is right. Leave unrelated "
    "code "
    "alone, and never undo changes that you did not make.\n"
    "- Go on until the task is done. Ask only where you cannot find out, or before something that "
    "cannot be undone.\n"
    "- Search with rg where it is there. Keep to the sandbox and ask for approval where a command "
    "needs more.\n"
    "- Check your work by building and running the tests that concern it. Say what you did not "
    "check.\n"
    "- Use the tool for plans, if there is one, for work of several steps, and keep it up to "
    "date.\n"
    "- Answer briefly and plainly. Name files with their lines. Do not repeat what your changes "
    "show.\n";

constexpr std::array<std::pair<const char*, const char*>, 3> kEfforts{
    {{"low", "Quick answers"}, {"medium", "For most work"}, {"high", "For hard problems"}}};

std::string_view descriptionOf(const calls::ListedModel& model) {
  return model.virtualModel == nullptr ? std::string_view()
                                       : std::string_view(model.virtualModel->config->description);
}

void appendReasoning(json::Writer& w, bool reasons) {
  w.key("default_reasoning_level");
  if (reasons) w.string("medium");
  else w.null();
  w.key("supported_reasoning_levels").beginArray();
  for (const auto& [effort, description] : kEfforts) {
    if (!reasons) break;
    w.beginObject().key("effort").string(effort);
    w.key("description").string(description).endObject();
  }
  w.endArray();
  w.key("supports_reasoning_summaries").boolean(reasons);
  w.key("supports_reasoning_summary_parameter").boolean(reasons);
  w.key("default_reasoning_summary").string("none");
}

void appendSizes(json::Writer& w, const calls::ModelFacts& facts) {
  for (const char* name : {"context_window", "max_context_window"}) {
    w.key(name);
    if (facts.context) w.number(*facts.context);
    else w.null();
  }
  w.key("auto_compact_token_limit").null();
  w.key("effective_context_window_percent").number(std::uint64_t{95});
  w.key("truncation_policy").beginObject().key("mode").string("tokens");
  w.key("limit").number(std::uint64_t{10'000}).endObject();
}

// What only models of OpenAI's have, or what Codex would ask of its own service.
void appendAbsent(json::Writer& w) {
  for (const char* name : {"availability_nux", "upgrade", "model_messages", "default_verbosity",
                           "apply_patch_tool_type", "default_service_tier"}) {
    w.key(name).null();
  }
  for (const char* name :
       {"support_verbosity", "supports_search_tool", "supports_image_detail_original",
        "supports_experimental_context", "use_responses_lite", "node_repl_auto_review_required",
        "node_repl_disabled"}) {
    w.key(name).boolean(false);
  }
  for (const char* name :
       {"experimental_supported_tools", "additional_speed_tiers", "service_tiers"}) {
    w.key(name).beginArray().endArray();
  }
  w.key("web_search_tool_type").string("text");
}

}  // namespace

void appendCodexCard(json::Writer& w, const calls::ListedModel& model,
                     const calls::ModelFacts& facts, std::uint64_t place) {
  w.beginObject().key("slug").string(model.id).key("display_name").string(model.id);
  w.key("description").string(descriptionOf(model));
  appendReasoning(w, facts.reasoning == true);
  w.key("shell_type").string("shell_command").key("visibility").string("list");
  w.key("supported_in_api").boolean(true).key("priority").number(place);
  w.key("base_instructions").string(kInstructions);
  for (const char* name : {"include_skills_usage_instructions", "include_plugin_usage_instructions",
                           "include_apps_usage_instructions"}) {
    w.key(name).boolean(true);
  }
  w.key("supports_parallel_tool_calls").boolean(facts.tools != false);
  // Where it is not known, Codex has a default.
  if (facts.vision) {
    w.key("input_modalities").beginArray().string("text");
    if (*facts.vision) w.string("image");
    w.endArray();
  }
  appendSizes(w, facts);
  appendAbsent(w);
  w.endObject();
}

}  // namespace sluice::app
