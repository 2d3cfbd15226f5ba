/* Its settings schema is JSON, but no schema. */
#include "strategy.h"

FAULTY_COMPONENT(.config_schema = "{\"type\": \"dictionary\"}")
