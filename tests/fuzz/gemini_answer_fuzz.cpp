// An answer of generateContent, of several choices; tool calls are whole, with arguments.
#include "answer_checks.hpp"
#include "plugins/gemini/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::fuzz::AnswerRules rules;
  rules.choices = true;
  rules.wholeCall = [](const sluice_chunk& call) {
    FUZZ_CHECK(call.ref.len != 0 && call.text.len >= 2 && call.text.ptr[0] == '{');
  };
  return sluice::fuzz::checkAnswer(*gemini::answerDecoder(7), rules, data, size);
}
