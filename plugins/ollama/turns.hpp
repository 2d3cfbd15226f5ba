// A canonical conversation as the messages of /api/chat: one for one, with texts joined, images
// apart, and calls and results of tools by their names.
// Threads: a Turns belongs to the request it is made for.
#pragma once

#include <map>
#include <sluice/plugin.hpp>
#include <vector>

namespace ollama {

class Turns {
 public:
  // Throws sluice::Error naming the member that cannot be given on. `dropped` is lent.
  Turns(sluice::json::Value messages, sluice::Dropped& dropped);

  // Elements of `messages`, without brackets; never empty.
  const std::string& messages() const noexcept { return messages_; }

 private:
  void add(sluice::json::Value message);
  void addFile(sluice::json::Value file, const std::string& member);
  void addImage(sluice::json::Value url, const std::string& member);
  void readPart(sluice::json::Value part, std::size_t place, bool apart);
  void readContent(sluice::json::Value content, bool apart);
  void addCall(sluice::json::Writer& writer, sluice::json::Value call, std::size_t place);
  void addAssistant(sluice::json::Value message);
  void addResult(sluice::json::Value message);
  std::string member(std::string_view name) const;
  std::string_view nameOf(sluice::json::Value result) const;

  sluice::Dropped& dropped_;
  std::size_t place_ = 0;  // of the message that is read
  std::string text_;       // of that message
  std::vector<std::string_view> images_;
  std::string messages_;
  std::map<std::string_view, std::string_view> calls_;  // ids, and the names of the latest
  sluice::json::Document arguments_;
};

}  // namespace ollama
