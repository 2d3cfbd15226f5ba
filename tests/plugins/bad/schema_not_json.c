/* Its settings schema is not JSON. */
#include "strategy.h"

FAULTY_COMPONENT(.config_schema = "{\"type\": \"object\"")
