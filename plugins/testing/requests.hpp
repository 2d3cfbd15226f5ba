// What tests of codecs have in common: requests as a component sends them, settings that it
// refuses, and answers that are damaged.
// Threads: the test's.
#pragma once

#include <gtest/gtest.h>

#include <sluice/testing.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::testing {

// Encodes requests; what was made is in `http`, or why it was not in `error`.
struct Encoding : ::testing::Test {
  explicit Encoding(const char* id) : component(id) {}
  sluice_status encode(const sluice_request& request, std::string_view config = "{}") {
    const Instance instance(component, host, config);
    return instance.codec()->encode(instance.get(), &request, http.out(), &error);
  }
  const char* const component;
  Host host;
  HttpRequest http;
  sluice_error error = emptyError();
};

// "made", or why a component does not take these settings.
inline std::string refusalOf(const char* component, std::string_view config) {
  Host host;
  const Instance instance(component, host, config);
  return instance ? "made" : instance.error.message;
}

struct Sent {
  std::string body;     // or the error as one line
  std::string dropped;  // names, those that change the meaning with a `!`
};

inline Sent sentBy(const char* component, const sluice_request& request,
                   std::string_view config = "{}") {
  Host host;
  const Instance instance(component, host, config);
  HttpRequest http;
  sluice_error error = emptyError();
  if (instance.codec()->encode(instance.get(), &request, http.out(), &error) != SLUICE_OK)
    return {describe(error), {}};
  Sent sent{http.body, {}};
  for (const testing::Dropped& field : http.dropped)
    sent.dropped.append(sent.dropped.empty() ? "" : " ")
        .append(field.field)
        .append(field.weight == SLUICE_DROPPED_MEANING ? "!" : "");
  return sent;
}
// A chat request; it asks for the model that its body names, if it names one.
inline Sent sentBy(const char* component, std::string_view body, std::string_view model,
                   std::string_view config, bool stream = false) {
  json::Document document;
  document.parse(body);
  return sentBy(component, chat(document.root()["model"].string(model), body, stream), config);
}

// Messages with so many calls of f0, f1, ... and their results: what must not be looked for one by
// one. Ids are c0, c1, ..., or `id`.
inline std::string manyCalls(std::size_t count, const std::string& id = {}) {
  const auto idOf = [&](std::size_t i) { return id.empty() ? "c" + std::to_string(i) : id; };
  std::string out = R"({"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[)";
  for (std::size_t i = 0; i < count; ++i)
    out.append(i ? "," : "")
        .append(R"({"id":")")
        .append(idOf(i))
        .append(R"(","function":{"name":"f)" + std::to_string(i) + "\"}}");
  out += "]}";
  for (std::size_t i = 0; i < count; ++i)
    out.append(R"(,{"role":"tool","tool_call_id":")").append(idOf(i)).append("\"}");
  return out;
}

// Whether a text ends so; says no more of it, for it may be long.
inline bool endsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// A member of a body, as JSON; empty if it is not there. An error stays one.
inline std::string member(std::string_view name, const Sent& sent) {
  json::Document document;
  if (!document.parse(sent.body)) return sent.body;
  std::string out;
  const json::Value value = document.root()[name];
  if (value.exists()) json::Writer(out).value(value);
  return out;
}

// The error of a member that is wrong, or that this upstream cannot serve though another may.
inline std::string refused(const std::string& member, const std::string& why,
                           bool elsewhere = false) {
  return std::string("error INVALID_ARGUMENT") +
         (elsewhere ? " retryable" : " reason=BAD_REQUEST") +
         R"( type="invalid_request_error" param=")" + member + R"(" ")" + member + " " + why + "\"";
}

// Damaged answers end in an error or are read; they never crash. Every two of these frames, as an
// answer and as a refusal, whole and streamed, end in an error.
inline void expectErrors(const char* component, const std::vector<Frame>& damaged) {
  Host host;
  const Instance instance(component, host);
  for (const bool stream : {false, true})
    for (const Frame& first : damaged)
      for (const Frame& second : damaged)
        for (const std::uint32_t status : {200u, 400u})
          EXPECT_NE(
              decode(instance, chat("m", "{}", stream), status, {}, {first, second}).find("error "),
              std::string::npos)
              << first.data << second.data;
}
inline void expectErrors(const char* component, const std::vector<std::string>& damaged) {
  std::vector<Frame> frames;
  frames.reserve(damaged.size());
  for (const std::string& data : damaged) frames.push_back({"", data});
  expectErrors(component, frames);
}

// Each of these, alone in a stream, makes an answer that another try may mend, without a finish.
inline void expectBroken(const char* component, const std::vector<std::string>& damaged) {
  Host host;
  const Instance instance(component, host);
  for (const std::string& one : damaged) {
    const std::string log = decode(instance, chat("m", "{}", true), 200, {}, {{"", one}});
    EXPECT_NE(log.find("error UNAVAILABLE retryable"), std::string::npos) << one << "\n" << log;
    EXPECT_EQ(log.find("\nfinish "), std::string::npos) << one << "\n" << log;
  }
}

}  // namespace sluice::testing
