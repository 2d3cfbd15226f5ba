// An answer of Bedrock's, whose events have names; usage comes last.
#include "answer_checks.hpp"
#include "plugins/bedrock/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::fuzz::AnswerRules rules;
  rules.usageLast = rules.namedFrames = true;
  return sluice::fuzz::checkAnswer(*bedrock::answerDecoder("id", "model"), rules, data, size);
}
