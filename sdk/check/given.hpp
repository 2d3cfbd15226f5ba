// What is given on the command line beside the plugin, held against what there is before any check
// begins: a mistake in it is told once.
// Threads: plain functions.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"

namespace sluice::check {

// A mistake of whoever called the program.
struct Usage {
  std::string message;
};

// Takes 'COMPONENT={...}', or a file that holds {"COMPONENT": {...}}. Throws Usage.
void readSettings(const std::string& given, Options& into);
// Replaces short ids by whole ones. Throws Usage for a component that the plugin does not have; a
// plugin that cannot be asked keeps what was given.
void nameComponents(Options& options);
// Throws Usage, naming each, if there are transcripts that cannot be read.
void requireTranscripts(const Options& options);

// In this process: the ids of the plugin's components, left in the note.
void tellComponents(const Options& options);

}  // namespace sluice::check
