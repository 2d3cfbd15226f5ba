#include "plugin_test.h"

static sluice_error err;

static void start(sluice_http_out* out, sluice_str method, sluice_str path) {
  (void)out;
  snprintf(came, sizeof came, "%.*s %.*s\n", (int)method.len, method.ptr, (int)path.len, path.ptr);
}
static void header(sluice_http_out* out, sluice_str name, sluice_str value) {
  (void)out;
  const size_t used = strlen(came);
  snprintf(came + used, sizeof came - used, "%.*s: %.*s\n", (int)name.len, name.ptr, (int)value.len,
           value.ptr);
}
static void secret(sluice_http_out* out, sluice_str name, sluice_str prefix, sluice_str key) {
  (void)prefix;
  header(out, name, key);
}
static void body(sluice_http_out* out, sluice_str bytes) {
  (void)out;
  strncat(came, bytes.ptr, bytes.len);
}

static const char* decode(const sluice_instance* of, uint32_t status, const char* events[][2]) {
  const sluice_codec* codec = of->get_extension(of, SLUICE_EXT_CODEC);
  const sluice_request chat = request(SLUICE_OP_CHAT, "{}");
  sluice_sink sink = recorder();
  void* decoder;
  const sluice_kv headers[] = {{str("RETRY-after"), str("2")}}; /* names come in any case */
  sluice_status result = codec->open(of, &chat, status, headers, 1, &decoder, &err);
  for (int i = 0; result == SLUICE_OK && events[i][0]; ++i)
    result = codec->frame(decoder, str(events[i][0]), str(events[i][1]), &sink, &err);
  if (result == SLUICE_OK) result = codec->end(decoder, &sink, &err);
  codec->close(decoder);
  if (result != SLUICE_OK) strcat(came, err.message);
  return came;
}

int main(void) {
  const sluice_instance* of = instance("{\"team\":\"blue\"}", &err);
  const sluice_codec* codec = of->get_extension(of, SLUICE_EXT_CODEC);
  sluice_http_out out = {.struct_size = sizeof out,
                         .start = start,
                         .header = header,
                         .secret_header = secret,
                         .body = body};
  const sluice_request chat = request(SLUICE_OP_CHAT, "{\"messages\":[]}");
  codec->encode(of, &chat, &out, &err);
  EXPECT(came,
         "POST /v1/talk\nX-Key: key\nX-Team: blue\nContent-Type: application/json\n"
         "{\"messages\":[]}");

  EXPECT(decode(of, 200, (const char*[][2]){{"id", "a1"}, {"text", "Hel"}, {"text", "lo"},
                                            {"done", "stop 3 2"}, {NULL, NULL}}),
         "start a1\ntext Hel\ntext lo\nfinish stop\nusage 3 2\n");
  EXPECT(decode(of, 200, (const char*[][2]){{"text", "Hel"}, {NULL, NULL}}),
         "text Hel\nthe upstream's answer ended before it was finished");
  EXPECT(decode(of, 429, (const char*[][2]){{"", "slow down"}, {NULL, NULL}}), "slow down");
  if (err.retry_after_ms != 2000) return 1;
  of->destroy(of);

  if (instance("{\"team\":7}", &err)) return 1;
  EXPECT(err.message, "settings.team must be a string of at most 32 letters");
  return 0;
}
