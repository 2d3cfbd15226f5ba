// Random bytes and mutations that are the same for the same seed, on every machine.
// Threads: a Random belongs to one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sluice::check {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  // 0 to limit - 1; 0 if that is none.
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : next() % limit; }
  bool one(std::size_t in) { return below(in) == 0; }
  std::string bytes(std::size_t count) {
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(next());
    return out;
  }
  // A copy with a few bytes changed, put in, taken out, doubled, or cut off.
  std::string mutated(const std::string& from) {
    static constexpr char kMarks[] = "\"{}[]:,\\\0\n\r 0-9eE.tfnu\xff\xc3";
    std::string out = from;
    for (std::size_t left = 1 + below(4); left > 0; --left) {
      const std::size_t at = below(out.size() + 1);
      const std::size_t size = std::min(out.size() - at, 1 + below(16));
      switch (below(6)) {
        case 0: out.erase(at, size); break;
        case 1: out.insert(at, bytes(1 + below(4))); break;
        case 2: out.insert(at, 1, kMarks[below(sizeof kMarks - 1)]); break;
        case 3: out.insert(below(out.size() + 1), out.substr(at, size)); break;
        case 4:
          if (at < out.size()) out[at] = static_cast<char>(out[at] ^ (1 << below(8)));
          break;
        default:
          if (one(3)) out.resize(at);
      }
    }
    return out;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace sluice::check
