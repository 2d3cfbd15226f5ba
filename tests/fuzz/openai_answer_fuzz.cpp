// An answer of Chat Completions, and the same cut short: the first byte's lowest bits say whether
// it is streamed, and whether proofs of reasoning are read, the others where it is cut.
#include "answer_checks.hpp"
#include "openai/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  sluice::fuzz::AnswerRules rules;
  rules.choices = rules.finishApart = rules.identified = true;
  rules.usageLast = true;
  const std::size_t whole = size - 1, cut = whole * (data[0] >> 2) / 64;
  for (const std::size_t length : {whole, cut}) {
    const auto decoder = openai::chatDecoder(7, (data[0] & 1) != 0, (data[0] & 2) != 0);
    sluice::fuzz::checkAnswer(*decoder, rules, data + 1, length);
  }
  return 0;
}
