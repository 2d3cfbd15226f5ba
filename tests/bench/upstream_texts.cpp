#include "upstream_texts.hpp"

#include <array>
#include <cstdio>

#include "stream_check.hpp"

namespace sluice::bench {

namespace {

std::string chunk(const std::string& data) {
  std::array<char, 24> size;
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + data + "\r\n";
}

std::string event(const std::string& choices, const std::string& usage) {
  return "data: {\"id\":\"chatcmpl-bench0001\",\"object\":\"chat.completion.chunk\","
         "\"created\":1767225600,\"model\":\"model-1\","
         "\"choices\":[" +
         choices + "]" + usage + "}\n\n";
}

std::string choice(const std::string& delta, const std::string& finish) {
  return "{\"index\":0,\"delta\":" + delta + ",\"logprobs\":null,\"finish_reason\":" + finish + "}";
}

constexpr std::string_view kUsage =
    "\"usage\":{\"prompt_tokens\":48,\"completion_tokens\":64,\"total_tokens\":112,"
    "\"prompt_tokens_details\":{\"cached_tokens\":0},"
    "\"completion_tokens_details\":{\"reasoning_tokens\":0}}";

std::string plainAnswer() {
  std::string text;
  while (text.size() < 400) text += "The river crosses the border where two valleys meet. ";
  const std::string body =
      "{\"id\":\"chatcmpl-bench0001\",\"object\":\"chat.completion\",\"created\":1767225600,"
      "\"model\":\"model-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
      "\"content\":\"" +
      text + "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]," +
      std::string(kUsage) + ",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_bench\"}";
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
         "x-request-id: req_bench0001\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

UpstreamTexts::UpstreamTexts(std::uint64_t events)
    : plain_(plainAnswer()),
      opening_(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
          "Cache-Control: no-cache\r\nx-request-id: req_bench0001\r\n"
          "Transfer-Encoding: chunked\r\n\r\n"),
      finish_(chunk(event(choice("{}", "\"stop\""), ",\"usage\":null"))),
      usage_(chunk(event("", "," + std::string(kUsage)))),
      end_(chunk("data: [DONE]\n\n") + "0\r\n\r\n") {
  opening_ += chunk(event(choice(R"({"role":"assistant","content":"","refusal":null})", "null"),
                          ",\"usage\":null"));
  for (std::uint64_t number = 0; number < events; ++number) {
    const std::string delta = "{\"content\":\" " + writeMark({number, 0}) + "\"}";
    contents_.push_back(chunk(event(choice(delta, "null"), ",\"usage\":null")));
  }
  if (!contents_.empty()) markAt_ = contents_.front().find(kMarkPrefix);
}

std::string_view UpstreamTexts::content(std::uint64_t number) {
  std::string& text = contents_[number];
  const std::string mark = writeMark({number, steadyMicros()});
  text.replace(markAt_, mark.size(), mark);
  return text;
}

}  // namespace sluice::bench
