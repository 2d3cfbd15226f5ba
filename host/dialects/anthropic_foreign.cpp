#include "dialects/anthropic_foreign.hpp"

#include "dialects/anthropic_proof.hpp"

namespace sluice::dialects {

namespace {

using simdjson::error_code;
namespace ondemand = simdjson::ondemand;

void appendItem(std::string& list, std::string_view item) {
  if (list.size() > 1) list += ',';
  list += item;
}

bool isForeign(ondemand::object block, error_code& error) {
  bool thought = false, foreign = false;
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
error_code keepBlocks(ondemand::array blocks, std::string& kept, bool& any, bool& changed) {
  kept = "[";
  for (auto item : blocks) {
    ondemand::object block;
    if (const auto error = item.get_object().get(block)) return error;
    error_code error = simdjson::SUCCESS;
    const bool foreign = isForeign(block, error);
    if (!error) error = block.reset().error();
    std::string_view raw;
    if (!error) error = block.raw_json().get(raw);
    if (error) return error;
    changed = changed || foreign;
    if (foreign) continue;
    any = true;
    appendItem(kept, raw);
  }
  kept += ']';
  return simdjson::SUCCESS;
}

// A message, with what may stay of its content; nothing if nothing may.
error_code keepTurn(ondemand::object turn, std::string& kept, bool& anyChanged) {
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
    if (before.find(kForeignMark) == before.npos) continue;
    if (const auto error = blocks.reset().error()) return error;
    if (const auto error = keepBlocks(blocks, content, any, changed)) return error;
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

}  // namespace

bool holdsForeignProofs(std::string_view body) noexcept {
  return body.find(kForeignMark) != body.npos;
}

error_code withoutForeignProofs(ondemand::array turns, std::string_view& raw, std::string& kept) {
  if (const auto error = turns.raw_json().get(raw)) return error;
  if (const auto error = turns.reset().error()) return error;
  kept = "[";
  bool changed = false;
  for (auto item : turns) {
    ondemand::object turn;
    if (const auto error = item.get_object().get(turn)) return error;
    if (const auto error = keepTurn(turn, kept, changed)) return error;
  }
  kept += ']';
  if (!changed) kept.clear();
  return simdjson::SUCCESS;
}

}  // namespace sluice::dialects
