// What the decoders of a plugin make of transcripts: the chunks to write behind `=== chunks`.
// Threads: plain functions.
#pragma once

#include "check.hpp"

namespace sluice::check {

// In this process: {"transcript", "chunks"} for each, left in the note; with {"fault"} instead if
// there is nothing to decode with.
void tellChunks(const Options& options);

// In a process of its own, telling on standard output what came. The exit status.
int printChunks(const Options& options, bool json);

}  // namespace sluice::check
