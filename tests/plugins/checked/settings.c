/* A sound strategy that needs settings for which its schema has no default, and has two whose names
 * end as those of secrets do. */
#include "../bad/strategy.h"

static const sluice_instance* createWith(const sluice_component* self, const sluice_host* host,
                                         sluice_str name, sluice_str config, sluice_error* err) {
  const char* const needed[] = {"rooms", "place", "ratio", "tags", "inner"};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; ++i) {
    if (hasMember(config, needed[i])) continue;
    fail(err, SLUICE_INVALID_ARGUMENT, "the settings lack one that is required");
    return NULL;
  }
  return create(self, host, name, config, err);
}

#define SCHEMA                                                                               \
  "{\"type\": \"object\", \"additionalProperties\": false,"                                  \
  " \"required\": [\"rooms\", \"place\", \"ratio\", \"tags\", \"inner\"], \"properties\": {" \
  " \"rooms\": {\"type\": \"integer\", \"minimum\": 3, \"multipleOf\": 4},"                  \
  " \"place\": {\"type\": \"string\", \"minLength\": 4},"                                    \
  " \"ratio\": {\"type\": \"number\", \"exclusiveMinimum\": 0, \"maximum\": 0.5},"           \
  " \"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}, \"minItems\": 2},"    \
  " \"inner\": {\"type\": \"object\", \"required\": [\"on\"],"                               \
  "   \"properties\": {\"on\": {\"type\": \"boolean\"}}},"                                   \
  " \"eos_token\": {\"type\": \"string\", \"x-secret\": false},"                             \
  " \"sort_key\": {\"type\": \"string\", \"enum\": [\"name\", \"price\"]}}}"

FAULTY_COMPONENT(.create = createWith, .config_schema = SCHEMA)
