// Where a JSON object that comes in pieces is whole. The pieces together must be valid JSON.
// Threads: plain values.
#pragma once

#include <string_view>

namespace sluice::dialects {

class JsonEnd {
 public:
  void take(std::string_view piece) noexcept {
    for (const char c : piece) {
      if (inString_) {
        if (escaped_) escaped_ = false;
        else if (c == '\\') escaped_ = true;
        else if (c == '"') inString_ = false;
      } else if (c == '"') {
        inString_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if ((c == '}' || c == ']') && --depth_ <= 0) {
        whole_ = true;
      }
    }
  }
  bool whole() const noexcept { return whole_; }

 private:
  int depth_ = 0;
  bool inString_ = false;
  bool escaped_ = false;
  bool whole_ = false;
};

}  // namespace sluice::dialects
