// The dialect "openai.responses": POST /v1/responses as OpenAI's API reference and the Open
// Responses specification describe it.
// Conversations that the gateway keeps come in by continueFrom(), and what it is to keep goes out
// by kept(); where they are kept is no business of the dialect. Threads: parse from any; an inquiry
// and its answers belong to one loop.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "calls/dialect.hpp"

namespace sluice::dialects {

struct ResponsesOptions {
  bool keep = false;             // answers are kept, unless the client does not want it
  bool dropHostedTools = false;  // where the target cannot run them; else the request is refused
};

// What is known of what a request refers to. Items are JSON texts.
struct Conversation {
  bool found = false;                             // the response before this one
  std::vector<std::string> items;                 // of all turns up to and with it, oldest first
  std::map<std::string, std::string> references;  // the items that were asked for, by id
  std::string provider;     // who keeps all of this too and understands the ids; empty: nobody
  bool unfinished = false;  // not found, for a part of it is still worked on
};

// An answer that is whole or pending, and what it answers.
struct KeptResponse {
  std::string_view id, previous;
  std::string_view keeper;         // the provider that keeps it too; empty: nobody
  std::string_view provider;       // the same, if it finds it by its id; else empty
  std::string_view response;       // JSON
  std::vector<std::string> input;  // this turn's own items, each with an id
  bool pending = false;            // the keeper still works on it
};

// What is answered with a response that may be kept.
class KeepableInquiry : public calls::Inquiry {
 public:
  virtual bool keeps() const noexcept = 0;
  // The provider works on the response in the background, and its client may leave: kept() has what
  // is known of it.
  virtual bool pending() const noexcept = 0;
  virtual bool answered() const noexcept = 0;  // kept() has the whole response
  virtual KeptResponse kept() const = 0;
  // What the answer under way used is counted elsewhere.
  virtual void uncount() const noexcept = 0;
};

class ResponsesInquiry : public KeepableInquiry {
 public:
  virtual bool background() const noexcept = 0;
  virtual const std::string& previous() const noexcept = 0;  // the id of a response; empty: none
  virtual std::vector<std::string> references() const = 0;   // ids of items
  bool refers() const { return !previous().empty() || !references().empty(); }
  virtual void continueFrom(Conversation conversation) = 0;
};

// 400: what previous_response_id names is not kept.
calls::Problem responseNotFound(std::string_view id);

// Reads a request's body, which must live as long as the inquiry, and may be moved in memory once,
// by this call, to make room behind it. Null, with `problem`, if it is not such a request.
std::unique_ptr<ResponsesInquiry> parseOpenAiResponses(std::string& body,
                                                       const ResponsesOptions& options,
                                                       calls::Problem& problem);

}  // namespace sluice::dialects
