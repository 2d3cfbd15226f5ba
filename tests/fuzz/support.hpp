// What the fuzz targets share: a check that stops the process, and inputs cut into pieces. The
// first byte of an input says where it is cut; the rest is what is parsed.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

// Active in every build, unlike assert().
#define FUZZ_CHECK(condition)                                                             \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

namespace sluice::fuzz {

// A copy of exactly its size on the heap, so that the address sanitizer sees any read beside it.
class Exact {
 public:
  explicit Exact(std::string_view bytes)
      : bytes_(std::make_unique<char[]>(bytes.size())), size_(bytes.size()) {
    bytes.copy(bytes_.get(), size_);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }
  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

struct Input {
  std::uint8_t seed = 0;
  std::string_view bytes;

  Input(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return;
    seed = data[0];
    bytes = {reinterpret_cast<const char*>(data) + 1, size - 1};
  }

  // The places where `bytes` is cut, one after the other, in steps of 1 to 16 or all over, by the
  // seed; the last is the end. 0 as `at` begins.
  std::size_t nextCut(std::size_t at) const noexcept {
    const std::size_t step = seed < 16 ? seed + 1U : 1 + bytes.size() * (seed - 15U) / 241;
    return step < bytes.size() - at ? at + step : bytes.size();
  }
};

}  // namespace sluice::fuzz
