/* A setting that must be a secret is not marked as one, so that a host may show it. */
#include "strategy.h"

FAULTY_COMPONENT(.config_schema =
                     "{\"type\": \"object\", \"additionalProperties\": false,"
                     " \"properties\": {\"api_key\": {\"type\": \"string\"}}}")
