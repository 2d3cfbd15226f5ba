// An answer of Cohere's chat.
#include "answer_checks.hpp"
#include "plugins/cohere/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return sluice::fuzz::checkAnswer(*cohere::chatDecoder(), {}, data, size);
}
