/* Its settings schema wants a list, which no settings are. */
#include "strategy.h"

FAULTY_COMPONENT(.config_schema = "{\"type\": \"array\"}")
