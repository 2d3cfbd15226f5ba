// Parts of canonical messages as content blocks of Converse.
// Threads: pure functions; a Parts belongs to one request.
#pragma once

#include <map>
#include <sluice/plugin.hpp>
#include <string>

#include "anthropic/members.hpp"
#include "families.hpp"

namespace bedrock {

class Parts {
 public:
  explicit Parts(const Family& family) noexcept : family_(family) {}

  // Each appends blocks to `list`, elements of a JSON array without its brackets. `cacheControl`
  // may be missing or null; what it asks for becomes a cache point behind the part, or `unkept`.
  void addText(std::string& list, std::string_view text, sluice::json::Value cacheControl = {});
  // A part of type text, refusal, image_url or file. Throws sluice::Error naming the member that
  // the upstream takes in no form.
  void add(std::string& list, sluice::json::Value part, const anthropic::Place& place,
           bool cached = true);
  void addCachePoint(std::string& list, sluice::json::Value cacheControl);

  // Whether a cache point was asked for that the model does not take.
  bool unkept() const noexcept { return unkept_; }
  // How many documents have been added; a turn that holds some must hold a text too.
  std::size_t documents() const noexcept { return names_.size(); }

 private:
  void addImage(std::string& list, std::string_view url, const std::string& member);
  void addFile(std::string& list, sluice::json::Value file, const std::string& at);
  std::string nameOf(sluice::json::Value file);

  const Family& family_;
  bool unkept_ = false;
  // Of documents, each of which may stand once in a conversation, with the last number that was
  // put behind it.
  std::map<std::string, std::size_t> names_;
};

}  // namespace bedrock
