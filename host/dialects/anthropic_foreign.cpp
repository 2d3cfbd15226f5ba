#include "dialects/anthropic_foreign.hpp"

#include "dialects/anthropic_proof.hpp"

namespace sluice::dialects {

namespace {

using simdjson::error_code;
namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

void appendItem(std::string& list, std::string_view item) {
  if (list.size() > 1) list += ',';
  list += item;
}

// `any`: whatever its proof.
bool isUnwanted(ondemand::object block, bool any, error_code& error) {
  bool thought = false, foreign = any;
  for (auto member : block) {
    std::string_view name, text;
    error = member.unescaped_key().get(name);
    if (error) return false;
    if (name != "type" && name != "signature" && name != "data") continue;
    if (member.value().get_string().get(text) != simdjson::SUCCESS) continue;
    if (name == "type") thought = text == "thinking" || text == "redacted_thinking";
    else foreign = foreign || text.starts_with(kForeignMark);
  }
  return thought && foreign;
}

// The blocks of one message that may stay; `any`: there are some.
error_code keepBlocks(ondemand::array blocks, bool silent, std::string& kept, bool& any,
                      bool& changed) {
  kept = "[";
  for (auto item : blocks) {
    ondemand::object block;
    if (const auto error = item.get_object().get(block)) return error;
    error_code error = simdjson::SUCCESS;
    const bool unwanted = isUnwanted(block, silent, error);
    if (!error) error = block.reset().error();
    std::string_view raw;
    if (!error) error = block.raw_json().get(raw);
    if (error) return error;
    changed = changed || unwanted;
    if (unwanted) continue;
    any = true;
    appendItem(kept, raw);
  }
  kept += ']';
  return simdjson::SUCCESS;
}

// A message, with what may stay of its content; nothing if nothing may.
error_code keepTurn(ondemand::object turn, bool silent, std::string& kept, bool& anyChanged) {
  std::string content;
  std::string_view before;
  bool any = false, changed = false;
  for (auto member : turn) {
    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) return error;
    ondemand::value value;
    if (const auto error = member.value().get(value)) return error;
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    if (name != "content" || type != ondemand::json_type::array) continue;
    ondemand::array blocks;
    if (const auto error = value.get_array().get(blocks)) return error;
    if (const auto error = blocks.raw_json().get(before)) return error;
    if (!silent && before.find(kForeignMark) == before.npos) continue;
    if (const auto error = blocks.reset().error()) return error;
    if (const auto error = keepBlocks(blocks, silent, content, any, changed)) return error;
  }
  if (const auto error = turn.reset().error()) return error;
  std::string_view raw;
  if (const auto error = turn.raw_json().get(raw)) return error;
  anyChanged = anyChanged || changed;
  if (changed && !any) return simdjson::SUCCESS;
  if (!changed) {
    appendItem(kept, raw);
    return simdjson::SUCCESS;
  }
  const auto at = static_cast<std::size_t>(before.data() - raw.data());
  std::string whole(raw.substr(0, at));
  whole.append(content).append(raw.substr(at + before.size()));
  appendItem(kept, whole);
  return simdjson::SUCCESS;
}

std::string_view textOf(dom::element object, const char* name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return text;
}

bool holds(dom::element turn, std::string_view type) {
  dom::array blocks;
  if (turn["content"].get(blocks) != simdjson::SUCCESS) return false;
  for (const dom::element block : blocks) {
    if (textOf(block, "type") == type) return true;
  }
  return false;
}

// Of the first block that goes out.
bool beginsWithThought(dom::element turn) {
  dom::array blocks;
  if (turn["content"].get(blocks) != simdjson::SUCCESS) return false;
  for (const dom::element block : blocks) {
    const std::string_view type = textOf(block, "type");
    if (type != "thinking" && type != "redacted_thinking") return false;
    const char* const proof = type == "thinking" ? "signature" : "data";
    if (!textOf(block, proof).starts_with(kForeignMark)) return true;
  }
  return false;
}

}  // namespace

std::optional<std::size_t> unthoughtTurn(dom::array turns) {
  bool said = false, answered = false, spoken = false;  // by the assistant, by tools, by the user
  bool thought = false, calls = false;
  std::size_t place = 0, begin = 0;
  for (const dom::element turn : turns) {
    const std::string_view role = textOf(turn, "role");
    if (role == "user") {
      (holds(turn, "tool_result") ? answered : spoken) = true;
    } else if (role == "assistant") {
      const bool goesOn = said && (answered || !spoken);
      if (!goesOn) {
        begin = place;
        thought = beginsWithThought(turn);
        calls = false;
      }
      calls = calls || holds(turn, "tool_use");
      said = true;
      answered = spoken = false;
    }
    ++place;
  }
  if (said && (answered || !spoken) && calls && !thought) return begin;
  return std::nullopt;
}

bool holdsForeignProofs(std::string_view body) noexcept {
  return body.find(kForeignMark) != body.npos;
}

error_code withoutForeignProofs(ondemand::array turns, std::size_t silent, std::string_view& raw,
                                std::string& kept) {
  if (const auto error = turns.raw_json().get(raw)) return error;
  if (const auto error = turns.reset().error()) return error;
  kept = "[";
  bool changed = false;
  std::size_t place = 0;
  for (auto item : turns) {
    ondemand::object turn;
    if (const auto error = item.get_object().get(turn)) return error;
    if (const auto error = keepTurn(turn, place++ >= silent, kept, changed)) return error;
  }
  kept += ']';
  if (!changed) kept.clear();
  return simdjson::SUCCESS;
}

error_code withoutThoughtEdits(ondemand::array edits, std::string_view& raw, std::string& kept) {
  if (const auto error = edits.raw_json().get(raw)) return error;
  if (const auto error = edits.reset().error()) return error;
  kept = "[";
  for (auto item : edits) {
    ondemand::object edit;
    if (const auto error = item.get_object().get(edit)) return error;
    std::string_view type, whole;
    const bool ofThoughts = edit["type"].get_string().get(type) == simdjson::SUCCESS &&
                            type.starts_with("clear_thinking");
    if (const auto error = edit.reset().error()) return error;
    if (const auto error = edit.raw_json().get(whole)) return error;
    if (!ofThoughts) appendItem(kept, whole);
  }
  kept += ']';
  return simdjson::SUCCESS;
}

}  // namespace sluice::dialects
