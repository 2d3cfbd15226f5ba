// Memory as the host lends it, at its most unforgiving: what lies behind its last byte faults, and
// so does all of it when it was taken back. A fault there is named in the note.
// Threads: a Lent belongs to one thread; the memory it lends, to whoever it is lent.
#pragma once

#include <sluice/plugin.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <vector>

namespace sluice::check {

class Lent {
 public:
  Lent() = default;
  ~Lent() { takeBack(); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  // `size` bytes that end where a page ends, all zero. `what`, a literal, names them in messages.
  void* room(const char* what, std::size_t size);
  // A copy, with nothing behind it.
  sluice_str text(const char* what, std::string_view from);
  template <class T>
  T* copy(const char* what, const T& from, std::size_t more = 0) {
    auto* const to = static_cast<char*>(room(what, sizeof from + more));
    std::memcpy(to, &from, sizeof from);
    std::memset(to + sizeof from, 0xA5, more);
    return reinterpret_cast<T*>(to);
  }
  // From now on every access faults. The addresses are never used again.
  void takeBack();

  // Has faults of this process that hit lent memory named in the note.
  static void nameFaults();

 private:
  std::vector<std::size_t> places_;
};

}  // namespace sluice::check
