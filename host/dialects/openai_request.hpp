// What the requests of OpenAI's dialects have in common: the members that the gateway reads, where
// a body has to change before it goes out, and the form of errors. Threads: pure functions; an
// inquiry is read-only.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "calls/dialect.hpp"
#include "dialects/request_text.hpp"

namespace sluice::dialects {

struct OpenAiReading {
  std::string model;
  bool stream = false;
  bool usageWanted = false;
  std::uint64_t choices = 1;
  Span modelValue;        // the model's name, with its quotes
  Span usageEdit;         // what `usageText` takes the place of
  std::string usageText;  // empty: asked for already, or no stream
};

bool isNull(simdjson::dom::element value);

// Takes `model`, `stream`, `n` and `stream_options`; any other member is left alone. False, with
// `problem`: it is of the wrong type.
bool readOpenAiMember(std::string_view name, simdjson::dom::element value, OpenAiReading& into,
                      calls::Problem& problem);

// What is asked about: a text, several, tokens, or several times tokens.
struct OpenAiTexts {
  std::size_t count = 1;
  bool tokens = false;
};
inline constexpr const char* kTexts =
    "a text, an array of texts, or an array of tokens or of such arrays; not empty";
// False: it is none of these.
bool readOpenAiTexts(simdjson::dom::element value, OpenAiTexts& into);

// Finds the places to change in a body that has been parsed. False, with `problem`, if it cannot be
// read.
bool locateOpenAi(const std::string& body, OpenAiReading& into, calls::Problem& problem);

// `body` must outlive it.
class OpenAiInquiry : public calls::Inquiry {
 public:
  OpenAiInquiry(const std::string& body, OpenAiReading reading)
      : body_(body), reading_(std::move(reading)) {}

  std::string_view model() const noexcept override { return reading_.model; }
  bool stream() const noexcept override { return reading_.stream; }
  std::size_t size() const noexcept override { return body_.size(); }

  void appendOwn(std::string& out, std::string_view model, bool askForUsage) const override;
  std::span<const std::string_view> ownFieldNames() const noexcept override;
  void appendFields(std::string& out, const wire::Fields& upstream, bool same) const override;
  void appendLimits(std::string& out, const wire::Fields& upstream, bool same) const override;
  void appendError(std::string& out, const calls::Problem& problem) const override;
  void appendErrorEvent(std::string& out, const calls::Problem& problem) const override;

 protected:
  const std::string& body() const noexcept { return body_; }
  const OpenAiReading& reading() const noexcept { return reading_; }

 private:
  const std::string& body_;
  OpenAiReading reading_;
};

}  // namespace sluice::dialects
