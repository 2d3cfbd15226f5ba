// An answer of the Messages API.
#include "answer_checks.hpp"
#include "plugins/anthropic/decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return sluice::fuzz::checkAnswer(*anthropic::messageDecoder(), {}, data, size);
}
