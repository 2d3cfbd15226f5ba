// Putting a document into what its file holds already: nothing of that is lost, and nothing is
// changed but what is the document's own.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/connect/document.hpp"
#include "base/result.hpp"

namespace sluice::app {

struct Merged {
  std::string text;                   // what the file is to hold
  std::vector<std::string> kept;      // settings of the file that say otherwise, and stay
  std::vector<std::string> replaced;  // that gave way
  std::vector<std::string> rivals;    // that the client heeds before ours
};

// Error: why the file must be changed by hand; without its name.
Result<Merged> merge(const Document& document, std::string_view before);

// Of each form; merge() chooses.
Result<Merged> mergeJson(const Document& document, std::string_view before);
Result<Merged> mergeToml(const Document& document, std::string_view before);
Result<Merged> mergeYaml(const Document& document, std::string_view before);

}  // namespace sluice::app
