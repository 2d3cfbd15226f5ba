// Events: a YAML text as a sequence of events with their places. The one part that knows the YAML
// library; everything it owns is freed with it.
// Threads: used by one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

struct Event {
  enum class Kind : std::uint8_t {
    end,    // of the text, or of what could be read of it: see Events::faults()
    other,  // the stream's and the documents' ends
    document,
    scalar,
    alias,
    map,
    mapEnd,
    list,
    listEnd
  };
  Kind kind = Kind::end;
  bool plain = false;     // a scalar without quotes
  bool flow = false;      // a map or list in brackets
  bool tagged = false;    // has an explicit tag
  bool placed = false;    // what follows is known: an empty value has no place of its own
  unsigned line = 0;      // from 1
  unsigned column = 0;    // from 1, in characters
  std::size_t begin = 0;  // bytes of the text
  std::size_t end = 0;
  std::string text;    // of a scalar; an alias's name
  std::string anchor;  // the name that aliases may use for this value; empty: none
};

struct SyntaxFault {
  unsigned line;
  unsigned column;
  std::string message;
};

class Events {
 public:
  // `text` must stay while this lives.
  explicit Events(std::string_view text);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  Event next();
  // After the end: why it came too early. Empty if the text was read whole.
  std::vector<SyntaxFault> faults() const;

 private:
  struct Library;
  std::string_view text_;
  std::unique_ptr<Library> library_;
};

}  // namespace sluice::config
