// Parts of canonical messages as parts of a Content.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>

namespace gemini {

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

// Each appends to `list`. An empty text, which the upstream refuses, is left out.
void addText(std::string& list, std::string_view text);
// A part of type text, refusal, image_url, input_audio or file.
void addPart(std::string& list, sluice::json::Value part, const Place& place,
             const Addresses& addresses, sluice::Dropped& dropped);

}  // namespace gemini
