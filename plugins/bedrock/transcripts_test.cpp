#include "../testing/transcripts_suite.hpp"

namespace sluice::testing {

// Nothing but messageStop makes a stream whole, and only then is there a finish.
const Recorded kRecorded{"sluice.bedrock", SLUICE_FRAME_EVENTS};

}  // namespace sluice::testing
