#include "plugin_test.h"

static sluice_error err;

static const char* search(const sluice_instance* of, const char* query) {
  const sluice_direct* direct = of->get_extension(of, SLUICE_EXT_DIRECT);
  const sluice_request asked = request(SLUICE_OP_SEARCH, query);
  sluice_sink sink = recorder();
  void* call;
  return direct->start(of, &asked, &sink, &call, &err) == SLUICE_OK ? came : err.message;
}

int main(void) {
  const sluice_instance* of = instance(
      "{\"pages\":[{\"title\":\"Ems\",\"uri\":\"u:ems\",\"text\":\"a river\"},"
      "{\"title\":\"Ham\",\"uri\":\"u:ham\",\"text\":\"a ford in a \\u0072iver\"}]}",
      &err);
  EXPECT(search(of, "{\"query\":\"river\"}"),
         "item u:emsEmsa river\nitem u:hamHama ford in a river\nend\n");
  EXPECT(search(of, "{\"query\":\"river\",\"limit\":1}"), "item u:emsEmsa river\nend\n");
  EXPECT(search(of, "{\"query\":\"lake\"}"), "end\n");
  EXPECT(search(of, "{}"), "query must be a string");
  of->destroy(of);
  if (instance("{\"pages\":7}", &err)) return 1;
  EXPECT(err.message, "settings.pages must be an array");
  return 0;
}
