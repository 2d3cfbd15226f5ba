#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Each choice finishes for itself, before the stream ends.
const Recorded kRecorded{"sluice.azure", SLUICE_FRAME_SSE, false};

}  // namespace sluice::testing
