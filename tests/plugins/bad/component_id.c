/* Its id is a name, no reverse domain. */
#include "strategy.h"

FAULTY_COMPONENT(.id = "Echo")
