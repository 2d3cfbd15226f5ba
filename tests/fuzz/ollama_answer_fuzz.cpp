// An answer of an Ollama server; each tool call is whole, with an id and a name.
#include "answer_checks.hpp"
#include "plugins/ollama/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::fuzz::AnswerRules rules;
  rules.wholeCall = [](const sluice_chunk& call) {
    FUZZ_CHECK(call.ref.len != 0 && call.name.len != 0 && call.text.len != 0);
  };
  return sluice::fuzz::checkAnswer(*ollama::chatDecoder(1), rules, data, size);
}
