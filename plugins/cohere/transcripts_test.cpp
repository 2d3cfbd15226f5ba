#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Nothing but message-end makes a stream whole, and only then is there a finish.
const Recorded kRecorded{"sluice.cohere", SLUICE_FRAME_SSE};

}  // namespace sluice::testing
