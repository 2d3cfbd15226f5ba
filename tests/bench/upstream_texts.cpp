#include "upstream_texts.hpp"

#include <array>
#include <cstdio>
#include <utility>

#include "stream_check.hpp"

namespace sluice::bench {

namespace {

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    "Cache-Control: no-cache\r\nx-request-id: req_bench0001\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string chunk(const std::string& data) {
  std::array<char, 24> size;
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + data + "\r\n";
}

std::string paragraph() {
  std::string text;
  while (text.size() < 400) text += "The river crosses the border where two valleys meet. ";
  return text;
}

// Chat Completions

std::string chatEvent(const std::string& choices, const std::string& usage) {
  return chunk(
      "data: {\"id\":\"chatcmpl-bench0001\",\"object\":\"chat.completion.chunk\","
      "\"created\":1767225600,\"model\":\"model-1\","
      "\"choices\":[" +
      choices + "]" + usage + "}\n\n");
}

std::string choice(const std::string& delta, const std::string& finish) {
  return "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finish + "}";
}

constexpr std::string_view kChatUsage =
    "\"usage\":{\"prompt_tokens\":48,\"completion_tokens\":64,\"total_tokens\":112,"
    "\"prompt_tokens_details\":{\"cached_tokens\":0},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":0}}";

std::string chatBody() {
  return "{\"id\":\"chatcmpl-bench0001\",\"object\":\"chat.completion\",\"created\":1767225600,"
         "\"model\":\"model-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
         "\"content\":\"" +
         paragraph() + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]," +
         std::string(kChatUsage) +
         ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_bench\"}";
}

// Messages

std::string messagesEvent(const std::string& type, const std::string& members) {
  return chunk("event: " + type + "\ndata: {\"type\":\"" + type + "\"" + members + "}\n\n");
}

constexpr std::string_view kMessagesUsage =
    "\"usage\":{\"input_tokens\":48,\"cache_creation_input_tokens\":0,"
    "\"cache_read_input_tokens\":0,\"output_tokens\":64,\"service_tier\":\"standard\"}";

std::string messagesBody() {
  return "{\"id\":\"msg_bench0001\",\"type\":\"message\",\"role\":\"assistant\","
         "\"model\":\"model-1\",\"content\":[{\"type\":\"text\",\"text\":\"" +
         paragraph() + "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null," +
         std::string(kMessagesUsage) + "}";
}

}  // namespace

UpstreamTexts::UpstreamTexts(const std::string& body, StreamTexts stream)
    : plain_(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
          "x-request-id: req_bench0001\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body),
      stream_(std::move(stream)) {
  if (!stream_.contents.empty()) markAt_ = stream_.contents.front().find(kMarkPrefix);
}

UpstreamTexts UpstreamTexts::openaiChat(std::uint64_t events) {
  const std::string none = ",\"usage\":null";
  StreamTexts stream;
  stream.opening = kStreamHead;
  stream.opening +=
      chatEvent(choice(R"({"role":"assistant","content":"","refusal":null})", "null"), none);
  for (std::uint64_t number = 0; number < events; ++number) {
    const std::string delta = "{\"content\":\" " + writeMark({number, 0}) + "\"}";
    stream.contents.push_back(chatEvent(choice(delta, "null"), none));
  }
  stream.finish = chatEvent(choice("{}", "\"stop\""), none);
  stream.usage = chatEvent("", "," + std::string(kChatUsage));
  stream.end = chunk("data: [DONE]\n\n").append(kLastChunk);
  return {chatBody(), std::move(stream)};
}

UpstreamTexts UpstreamTexts::anthropicMessages(std::uint64_t events) {
  StreamTexts stream;
  stream.opening = kStreamHead;
  stream.opening += messagesEvent(
      "message_start",
      ",\"message\":{\"id\":\"msg_bench0001\",\"type\":\"message\",\"role\":\"assistant\","
      "\"model\":\"model-1\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null," +
          std::string(kMessagesUsage) + "}");
  stream.opening += messagesEvent("content_block_start",
                                  R"(,"index":0,"content_block":{"type":"text","text":""})");
  for (std::uint64_t number = 0; number < events; ++number) {
    stream.contents.push_back(messagesEvent(
        "content_block_delta",
        R"(,"index":0,"delta":{"type":"text_delta","text":" )" + writeMark({number, 0}) + "\"}"));
  }
  stream.finish = messagesEvent("content_block_stop", ",\"index\":0");
  stream.usage = messagesEvent(
      "message_delta",
      R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":64})");
  stream.end = messagesEvent("message_stop", "").append(kLastChunk);
  return {messagesBody(), std::move(stream)};
}

std::string_view UpstreamTexts::content(std::uint64_t number) {
  std::string& text = stream_.contents[number];
  const std::string mark = writeMark({number, steadyMicros()});
  text.replace(markAt_, mark.size(), mark);
  return text;
}

}  // namespace sluice::bench
