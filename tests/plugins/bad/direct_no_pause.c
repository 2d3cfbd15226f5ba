/* Has a resume(), but never waits for it. */
#include "direct.h"

static void resume(void* call) { (void)call; }

FAULTY_DIRECT(.resume = resume)
