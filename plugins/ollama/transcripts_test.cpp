#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Nothing but a line that says so makes a stream whole, and only then is there a finish.
const Recorded kRecorded{"sluice.ollama", SLUICE_FRAME_LINES};

}  // namespace sluice::testing
