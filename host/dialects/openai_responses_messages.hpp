// Items of the dialect "openai.responses" as canonical messages. Several items may become one
// message: an assistant's reasoning, its text and its tool calls.
// Threads: plain values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "calls/problem.hpp"
#include "dialects/json_view.hpp"
#include "plugins/types.hpp"

namespace sluice::dialects {

// What stands before a proof of reasoning that the gateway keeps in `encrypted_content`: a JSON
// object of the kinds that reasoning_details has in the canonical form, or
// {"type":"tool_call","call_id":..,"extra_content":..}; alone, that there is no proof. Anything
// else is the upstream's own.
inline constexpr std::string_view kReasoningMark = "sluice:";

// Where a canonical message comes from.
struct ResponsesOrigin {
  std::string where;         // names the item to the client; of several the first
  const char* content = "";  // the item's member that became the content; empty: several items'
};

class ResponsesMessages {
 public:
  // `dropForeign`: items that only an upstream of this dialect understands are left out, not
  // refused.
  explicit ResponsesMessages(bool dropForeign) noexcept : dropForeign_(dropForeign) {}

  void instructions(JsonView text);
  // `where` names the item to the client: "input[3]". False, with problem(), if it cannot be said.
  bool add(JsonView item, const std::string& where);
  // All of them, as the inside of an array.
  std::string take();

  const calls::Problem& problem() const noexcept { return problem_; }
  std::vector<plugins::Dropped>& dropped() noexcept { return dropped_; }
  // One a message.
  std::vector<ResponsesOrigin>& origins() noexcept { return origins_; }

 private:
  struct ToolCall {
    std::string id, name, arguments;
  };
  // An assistant's message that is being put together.
  struct Said {
    std::string where;               // of the first item
    std::vector<std::string> texts;  // JSON strings
    std::string refusal;
    std::string reasoning;
    std::string details;  // the inside of an array
    std::vector<ToolCall> calls;
    std::map<std::string, std::string> extras;  // JSON objects by the call that each belongs to
  };
  bool message(JsonView item, const std::string& where);
  bool assistant(JsonView content, const std::string& item);
  bool toolCall(JsonView item, const std::string& where);
  bool toolOutput(JsonView item, const std::string& where);
  bool reasoning(JsonView item, const std::string& where);
  void keepProof(std::string_view proof);
  bool content(JsonView content, const std::string& where, std::string& out);
  bool part(JsonView part, const std::string& where, std::string& out);
  bool image(JsonView part, const std::string& where, std::string& out);
  bool file(JsonView part, const std::string& where, std::string& out);
  bool audio(JsonView part, const std::string& where, std::string& out);
  void begin(const std::string& where);
  void flush();
  void appendCalls(std::string& out);
  bool refuse(const std::string& where, const std::string& why);

  bool dropForeign_;
  std::string out_;
  Said said_;
  calls::Problem problem_;
  std::vector<plugins::Dropped> dropped_;
  std::vector<ResponsesOrigin> origins_;
};

}  // namespace sluice::dialects
