#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Nothing but message_stop makes a stream whole, and only then is there a finish.
const Recorded kRecorded{"sluice.anthropic", SLUICE_FRAME_SSE};

}  // namespace sluice::testing
