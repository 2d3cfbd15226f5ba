// An answer of Chat Completions: the first byte's bits say whether it is streamed, and whether
// proofs of reasoning are read.
#include "answer_checks.hpp"
#include "plugins/openai/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  sluice::fuzz::AnswerRules rules;
  rules.choices = rules.finishApart = true;
  rules.usageLast = true;
  const auto decoder = openai::chatDecoder((data[0] & 1) != 0, (data[0] & 2) != 0);
  return sluice::fuzz::checkAnswer(*decoder, rules, data + 1, size - 1);
}
