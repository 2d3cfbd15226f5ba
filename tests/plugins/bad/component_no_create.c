/* Nothing can be made of it. */
#include "strategy.h"

FAULTY_COMPONENT(.create = NULL)
