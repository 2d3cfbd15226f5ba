#include "plugin_test.h"

static sluice_error err;

static const char* remember(const sluice_instance* of, const char* asked, const char* answered) {
  const sluice_memory* memory = of->get_extension(of, SLUICE_EXT_MEMORY);
  char text[512];
  snprintf(text, sizeof text,
           "{\"request_id\":\"r\",\"at_ms\":1,\"scope\":\"ann\",\"messages\":[{\"role\":\"user\","
           "\"content\":\"%s\"}],\"answer\":{\"message\":{\"content\":\"%s\"}}}",
           asked, answered);
  return memory->remember(of, str(text), &err) == SLUICE_OK ? "" : err.message;
}

static const char* ask(const sluice_instance* of, const char* query) {
  const sluice_direct* direct = of->get_extension(of, SLUICE_EXT_DIRECT);
  const sluice_request asked = request(SLUICE_OP_CONTEXT, query);
  sluice_sink sink = recorder();
  void* call;
  return direct->start(of, &asked, &sink, &call, &err) == SLUICE_OK ? came : err.message;
}

int main(void) {
  const sluice_instance* of = instance("{\"keep\":2}", &err);
  EXPECT(remember(of, "my dog's name", "Rex"), "");
  EXPECT(ask(of, "{\"query\":\"dog\",\"scope\":\"ann\"}"), "item my dog's nameRex\nend\n");
  EXPECT(ask(of, "{\"query\":\"dog\",\"scope\":\"bob\"}"), "end\n");
  EXPECT(remember(of, "a second dog", "Bella"), "");
  EXPECT(remember(of, "a third dog", "Max"), "");
  EXPECT(ask(of, "{\"query\":\"dog\",\"scope\":\"ann\"}"),
         "item a third dogMax\nitem a second dogBella\nend\n");
  EXPECT(ask(of, "{\"query\":\"dog\",\"scope\":\"ann\",\"limit\":1}"),
         "item a third dogMax\nend\n");
  EXPECT(ask(of, "{}"), "query must be a string");
  const sluice_memory* memory = of->get_extension(of, SLUICE_EXT_MEMORY);
  memory->remember(of, str("{}"), &err);
  EXPECT(err.message, "the exchange lacks request_id, scope, messages or answer.message");
  of->destroy(of);
  if (instance("{\"keep\":0}", &err)) return 1;
  EXPECT(err.message, "settings.keep must be a whole number from 1 on");
  return 0;
}
