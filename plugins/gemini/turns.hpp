// A canonical conversation as the API wants it: system texts apart, then turns of user and model,
// with the results of tools in turns of their own, in the order of the calls that they answer.
// Threads: a Turns belongs to the request it is made for.
#pragma once

#include <map>
#include <sluice/plugin.hpp>
#include <vector>

#include "abilities.hpp"
#include "parts.hpp"

namespace gemini {

class Turns {
 public:
  // Reads it all. Throws sluice::Error naming the member that cannot be given on.
  Turns(sluice::json::Value messages, const Abilities& abilities, const Addresses& addresses,
        sluice::Dropped& dropped);

  // Parts of system and developer messages, in their order: elements without brackets.
  const std::string& system() const noexcept { return system_; }
  // Elements of `contents`, without brackets; never empty.
  const std::string& contents() const noexcept { return contents_; }

 private:
  enum class Kind : std::uint8_t { none, user, model, results };
  struct SameId {
    std::vector<std::size_t> calls;  // places in calls_
    std::size_t waiting = 0;         // of these, the first that may have no result yet
  };

  void add(sluice::json::Value message);
  void open(Kind kind);
  void flush();
  void write(Kind kind, std::string& parts);  // as a turn; nothing if there are none
  void addContent(std::string& list, sluice::json::Value content);
  void addModel(sluice::json::Value message);
  // Adds the thoughts that were signed, and gives the signatures of what was no thought.
  std::vector<std::string_view> addThoughts(sluice::json::Value details);
  void addSpoken(std::string spoken, const std::vector<std::string_view>& signatures);
  void addCall(sluice::json::Value call, std::size_t place, std::string_view signature);
  void addResult(sluice::json::Value message);
  std::size_t callAnswered(sluice::json::Value message);
  std::string member(const char* name) const;

  const Abilities& abilities_;
  const Addresses& addresses_;
  sluice::Dropped& dropped_;
  std::size_t place_ = 0;  // of the message that is read
  Kind kind_ = Kind::none;
  std::string parts_;                                // of the open turn
  std::multimap<std::size_t, std::string> results_;  // by the calls that they answer
  std::string shown_;  // what tools showed, for a turn of the user after the results
  std::vector<std::string_view> calls_;  // their names
  std::map<std::string_view, SameId> ids_;
  std::size_t turnCalls_ = 0;  // where those of the last model's turn begin
  std::string system_, contents_;
  sluice::json::Document document_;
};

}  // namespace gemini
