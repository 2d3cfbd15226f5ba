// Parts of canonical messages as parts of a Content.
// Threads: pure functions; a Dropped belongs to the request it is made for.
#pragma once

#include <sluice/plugin.hpp>
#include <vector>

namespace gemini {

// Members of the request that were left out, each once.
class Dropped {
 public:
  struct Field {
    std::string name;
    std::uint32_t weight;  // SLUICE_DROPPED_*
  };
  void hint(std::string_view name) { add(name, SLUICE_DROPPED_HINT); }
  void meaning(std::string_view name) { add(name, SLUICE_DROPPED_MEANING); }
  const std::vector<Field>& fields() const noexcept { return fields_; }

 private:
  void add(std::string_view name, std::uint32_t weight);
  std::vector<Field> fields_;
};

// What the upstream takes of files that it is told the address of.
struct Addresses {
  bool any = false;    // it fetches whatever it is told
  bool files = false;  // "files/abc" is a name at AI Studio's Files API
};

// Where a part stands, for errors: messages[2].content[1].
struct Place {
  std::size_t message = 0;
  std::size_t part = 0;
  std::string text() const;
};

// Throws: this upstream cannot do what the member asks for, another one may.
[[noreturn]] void unsupported(std::string_view member, std::string_view why);

// A writer of the next element of `list`, elements of a JSON array without its brackets.
sluice::json::Writer next(std::string& list);

// Each appends to `list`. An empty text, which the upstream refuses, is left out.
void addText(std::string& list, std::string_view text);
// A part of type text, refusal, image_url, input_audio or file.
void addPart(std::string& list, sluice::json::Value part, const Place& place,
             const Addresses& addresses, Dropped& dropped);

}  // namespace gemini
