// The modes of bench_load. Each reads its options, does its work and prints one line of JSON.
// The value is the exit code: 0 if the measurement took place, whatever it found.
#pragma once

#include "arguments.hpp"

namespace sluice::bench {

// Connections that ask again as soon as they are answered.
// --port, --connections, --watch, --warm-ms, --window-ms
int runRequests(Arguments& arguments);

// Streams that are open all the time; each begins anew when it has ended.
// --port, --streams, --events, --ramp-ms, --watch, --warm-ms, --window-ms
int runStreams(Arguments& arguments);

// The time from exec of a command to its first answers. The process is ended afterwards.
// --port, -- COMMAND ...
int runStart(Arguments& arguments);

// Returns when /health answers 200. --port, --limit-ms
int runWait(Arguments& arguments);

// Prints ports that are free now, one a line. --count
int runPorts(Arguments& arguments);

}  // namespace sluice::bench
