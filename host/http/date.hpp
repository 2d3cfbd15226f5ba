// DateField: the Date line of answers, made once a second.
// Threads: one loop.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace sluice::http {

class DateField {
 public:
  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"; good until the next call.
  std::string_view line();

 private:
  std::time_t second_ = -1;
  std::string line_;
};

}  // namespace sluice::http
