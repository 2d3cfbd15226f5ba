// A canonical conversation as Converse wants it: system texts apart, then turns of user and
// assistant that take each other's place, a user's first, with all results of tools at its head.
// Threads: a Turns belongs to the request it is made for.
#pragma once

#include <limits>
#include <sluice/plugin.hpp>
#include <vector>

#include "families.hpp"
#include "parts.hpp"

namespace bedrock {

class Turns {
 public:
  // Reads it all. Throws sluice::Error naming the member that cannot be given on. From the message
  // at `silent` on, thoughts are left out.
  Turns(sluice::json::Value messages, const Family& family,
        std::size_t silent = std::numeric_limits<std::size_t>::max());

  // Blocks of system and developer messages, in their order: elements without brackets.
  const std::string& system() const noexcept { return system_; }
  // Elements of `messages`, without brackets; never empty.
  const std::string& messages() const noexcept { return messages_; }
  // Names of the tools that were called, each once.
  const std::vector<std::string_view>& called() const noexcept { return called_.all(); }
  // What the model does not take and is left out, by its name in the request; each once.
  std::vector<std::string_view> unkept() const;

 private:
  enum class Role : std::uint8_t { none, user, assistant };

  void add(sluice::json::Value message, bool last);
  void open(Role role);
  void flush();
  void addContent(std::string& list, sluice::json::Value content, bool trimmed = false);
  void addAssistant(sluice::json::Value message, bool last);
  void addReasoning(sluice::json::Value details);
  void addCall(sluice::json::Value call, std::size_t place);
  void addResult(sluice::json::Value message);

  const Family& family_;
  Parts parts_;
  const std::size_t silent_;
  std::size_t place_ = 0;  // of the message that is read
  Role role_ = Role::none;
  std::string results_, blocks_;  // of the open turn
  std::size_t documents_ = 0;     // before the open turn
  bool spoke_ = false;            // the open turn holds a text
  std::string system_, messages_;
  sluice::Names called_;
  sluice::json::Document arguments_;
  bool acted_ = false;  // the open turn of the assistant holds more than thoughts
  bool unkeptStatus_ = false, unkeptName_ = false, unkeptDetail_ = false;
};

}  // namespace bedrock
