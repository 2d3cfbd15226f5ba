// Answers in the dialect "openai.responses": one that an upstream of the same dialect gives and
// that goes on as it came, and one that is written from chunks. Streamed and not. Threads: one
// loop.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calls/dialect.hpp"
#include "dialects/json_end.hpp"
#include "dialects/openai_responses_object.hpp"
#include "dialects/openai_responses_tools.hpp"

namespace sluice::dialects {

// An answer under way, shared by its inquiry (which ends it if it breaks) and whoever makes it.
struct ResponsesAnswer {
  ResponseState state;
  std::uint64_t sequence = 0;  // of the next event
  std::string whole;           // the response, once it is whole
  // The upstream works on it whether anybody listens or not: that it failed is an answer too.
  bool background = false;
  std::string begun;                    // then: as it was first told, unless that was the whole
  calls::Progress* progress = nullptr;  // of the passage that makes it

  bool pending() const noexcept { return whole.empty() && !begun.empty(); }
  std::string_view told() const noexcept { return whole.empty() ? begun : whole; }
  void uncount() noexcept {
    if (progress != nullptr) progress->usage = plugins::Usage();
  }
};

// Appends "event: T\ndata: {"type":"T","sequence_number":N", counts, and leaves the object open.
void beginResponsesEvent(std::string& out, std::string_view type, ResponsesAnswer& answer);
void endResponsesEvent(std::string& out);
// The event `error`, which says nothing of the response itself. It has the number of the event
// before it, for a client that goes on behind that one.
void appendResponsesError(std::string& out, const calls::Problem& problem, ResponsesAnswer& answer);
// An event whose only other member is the response.
void appendResponsesEvent(std::string& out, std::string_view type, std::string_view response,
                          ResponsesAnswer& answer);

class OpenAiResponsesPassage final : public calls::Passage {
 public:
  explicit OpenAiResponsesPassage(std::shared_ptr<ResponsesAnswer> answer) noexcept;
  ~OpenAiResponsesPassage() override;
  OpenAiResponsesPassage(const OpenAiResponsesPassage&) = delete;
  OpenAiResponsesPassage& operator=(const OpenAiResponsesPassage&) = delete;

  void block(const wire::SseBlock& block, std::string& out) override;
  void close(std::string& out) override;
  void whole(std::string_view body) override;

 private:
  struct Seen;
  void read(std::string_view event, std::string_view json, Seen& seen);
  void readResponse(simdjson::dom::element response);
  void keep(JsonView response);
  void begin(JsonView response);

  std::shared_ptr<ResponsesAnswer> answer_;
};

class OpenAiResponsesRendering final : public calls::Rendering {
 public:
  // `request` must outlive it.
  OpenAiResponsesRendering(const ResponsesRequest& request,
                           std::shared_ptr<ResponsesAnswer> answer);

  void writeTo(std::string& out) noexcept override { out_ = &out; }
  void close(std::string& out) override;

 private:
  enum class Kind : std::uint8_t { message, reasoning, call };
  struct Part {
    bool refusal = false;
    std::string text;
    std::uint64_t characters = 0;  // of the text of a message
    std::string annotations;       // the inside of an array
    std::size_t annotated = 0;
  };
  struct Item {
    Kind kind = Kind::message;
    std::string id;
    std::string_view status = "in_progress";
    std::uint32_t index = 0;  // as the chunks number it
    std::vector<Part> parts;  // of a message; of reasoning: none or one
    std::string proof;        // of reasoning: its encrypted_content
    std::string callId, name, arguments, extra;
    JsonEnd end;            // of the arguments
    bool complete = false;  // they have come to it
    std::string space;      // the namespace of a call's tool, if it is in one
    bool freeform = false;  // a call whose arguments become its input when it is whole
  };
  void take(const plugins::Chunk& chunk) override;
  bool tooLong(const plugins::Chunk& chunk);
  void begin();
  void takeText(const plugins::Chunk& chunk);
  void takeReasoning(const plugins::Chunk& chunk);
  void takeProof(std::string_view extra, Item& item);
  void takeToolCall(const plugins::Chunk& chunk);
  void nameCall(Item& call, std::string_view function);
  std::size_t beginCall(std::uint32_t index);
  void noteEnd(std::size_t at);
  void takeAnnotations(std::string_view extra, std::size_t at);
  void finish(std::string_view reason);

  std::size_t add(Kind kind, std::string_view prefix, std::uint32_t index);
  void announce(std::size_t at);
  std::size_t message();
  void openPart(std::size_t at, bool refusal);
  void closePart(std::size_t at);
  void closeCurrent(std::string_view status);
  void closeItem(std::size_t at, std::string_view status);
  void closeCall(std::size_t at, std::string_view status);
  void closeCompleteCalls();
  void addProofOfCall(const Item& call);
  std::string blockText(std::uint32_t index) const;

  void beginDelta(std::string_view type, std::size_t at);
  void appendPart(std::string& out, const Item& item, const Part& part, bool empty) const;
  void appendItem(std::string& out, const Item& item) const;
  void sendArguments(std::size_t at, std::string_view piece);
  void sendWhole(std::size_t at);
  std::string response();

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  const ResponsesRequest& request_;
  std::shared_ptr<ResponsesAnswer> answer_;
  const bool stream_;
  const bool summary_;  // reasoning was asked for as a summary
  bool begun_ = false;
  bool finished_ = false;
  std::size_t held_ = 0;  // bytes that have come
  std::vector<Item> items_;
  std::map<std::uint32_t, Item> waiting_;                 // calls whose name or id is still to come
  std::unordered_map<std::uint32_t, std::size_t> calls_;  // items, as the chunks number them
  std::vector<std::size_t> complete_;  // calls that are over when something else begins
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> blocks_;  // of reasoning with a text
  std::optional<std::vector<ResponsesTool>> tools_;  // that are no plain functions; when needed
  std::size_t current_ = kNone;                      // the open message or reasoning
  std::string* out_ = nullptr;
};

}  // namespace sluice::dialects
