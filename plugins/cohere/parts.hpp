// Parts of canonical messages as content of Cohere's chat, and files as its documents.
// Threads: pure functions; a Content belongs to the message it is made for.
#pragma once

#include <sluice/plugin.hpp>

namespace cohere {

// What may stand in a message's content.
enum class Takes : std::uint8_t { texts, all };

// The content of one message: elements of an array, without brackets.
class Content {
 public:
  // Both are lent. `documents`: elements too, where texts of files go.
  Content(std::string& documents, sluice::Dropped& dropped)
      : documents_(documents), dropped_(dropped) {}

  void addText(std::string_view text);
  // A message's content; `member` is its place, "messages[2]". Throws sluice::Error naming the part
  // that this upstream does not take.
  void add(sluice::json::Value content, const std::string& member, Takes takes);
  const std::string& list() const noexcept { return list_; }

 private:
  void addPart(sluice::json::Value part, const std::string& at, Takes takes);
  void addImage(sluice::json::Value url, sluice::json::Value detail, const std::string& member);
  void addFile(sluice::json::Value file, const std::string& at);

  std::string list_;
  std::string& documents_;
  sluice::Dropped& dropped_;
};

}  // namespace cohere
