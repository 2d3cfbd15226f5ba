/* Of a kind that the header does not know. */
#include "strategy.h"

FAULTY_COMPONENT(.kind = 9)
