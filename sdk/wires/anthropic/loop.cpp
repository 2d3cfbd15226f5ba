#include "loop.hpp"

namespace anthropic {
namespace {

namespace json = sluice::json;

bool thinks(json::Value message) {
  for (const json::Value detail : message["reasoning_details"])
    if (isProven(detail)) return true;
  return false;
}

}  // namespace

bool isProven(json::Value detail) {
  if (detail["format"].string() != "anthropic") return false;
  const std::string_view type = detail["type"].string();
  if (type == "reasoning.text") return !detail["signature"].string().empty();
  return type == "reasoning.encrypted" && !detail["data"].string().empty();
}

Loop loopOf(json::Value messages) {
  Loop loop;
  std::size_t place = 0;
  bool said = false, answered = false, spoken = false;  // by the assistant, by tools, by the user
  bool begun = false, calls = false;                    // with a thought; of tools
  for (const json::Value message : messages) {
    const std::string_view role = message["role"].string();
    if (role == "tool") {
      answered = true;
    } else if (role == "user") {
      spoken = true;
    } else if (role == "assistant") {
      const bool goesOn = said && (answered || !spoken);
      const bool thought = thinks(message);
      if (!goesOn) {
        loop = {place, true, false};
        begun = thought;
        calls = false;
      }
      calls = calls || message["tool_calls"][std::size_t{0}].exists();
      loop.mayThink = begun || !calls;
      loop.holdsThoughts = loop.holdsThoughts || thought;
      said = true;
      answered = spoken = false;
    }
    ++place;
  }
  if (said && !answered && !spoken) loop.mayThink = false;  // it is to be continued
  if (!said || (spoken && !answered)) loop = {place, true, false};
  return loop;
}

}  // namespace anthropic
