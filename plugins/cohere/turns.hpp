// A canonical conversation as the messages of Cohere's chat: the system's texts first and in one
// message, the others one for one.
// Threads: a Turns belongs to the request it is made for.
#pragma once

#include <sluice/plugin.hpp>

namespace cohere {

class Turns {
 public:
  // Throws sluice::Error naming the member that cannot be given on. `dropped` is lent.
  Turns(sluice::json::Value messages, sluice::Dropped& dropped);

  // Each without brackets. Text parts of the system; elements of `messages`, never empty; elements
  // of `documents`.
  const std::string& system() const noexcept { return system_; }
  const std::string& messages() const noexcept { return messages_; }
  const std::string& documents() const noexcept { return documents_; }

 private:
  void add(sluice::json::Value message);
  void write(std::string_view role, const std::string& content);
  void addAssistant(sluice::json::Value message);
  void addCall(std::string& list, sluice::json::Value call, std::size_t place);
  void addResult(sluice::json::Value message);
  std::string at() const { return "messages[" + std::to_string(place_) + "]"; }

  sluice::Dropped& dropped_;
  std::size_t place_ = 0;  // of the message that is read
  std::string system_, messages_, documents_;
  sluice::json::Document arguments_;
};

}  // namespace cohere
