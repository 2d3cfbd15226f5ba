/* Exports a helper too, which may shadow another plugin's of that name. */
#include "strategy.h"

FAULTY_LIBRARY()
ENTRY()

SLUICE_EXPORT int score(int latency);
int score(int latency) { return latency / 2; }
