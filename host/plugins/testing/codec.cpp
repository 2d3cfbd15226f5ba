// A codec whose answers are written in the request: encode() does what the body says, one command
// a record (0x1e), its words parted by 0x1f; frame() does what the event says. Settings can make
// create() fail in several ways.
#include <sluice/plugin.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::string_view view(sluice_str s) {
  return s.ptr == nullptr ? "" : std::string_view(s.ptr, s.len);
}
sluice_str str(std::string_view s) { return {s.data(), s.size()}; }

struct Instance {
  sluice_instance table;
  const sluice_host* host;
  std::string broken;
};
const Instance& of(const sluice_instance* self) {
  return *static_cast<const Instance*>(self->plugin_data);
}
void say(const sluice_host* host, int level, std::string_view text) {
  host->log(host, level, str(text));
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
    end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  parts.resize(parts.size() + 4);
  return parts;
}

sluice_status fail(sluice_error* err, sluice_status code, std::string_view message) {
  std::snprintf(err->message, sizeof err->message, "%.*s", static_cast<int>(message.size()),
                message.data());
  return err->code = code;
}

sluice_status encode(const sluice_instance*, const sluice_request* req, sluice_http_out* out,
                     sluice_error* err) {
  for (const std::string_view command : split(view(req->body), '\x1e')) {
    const auto words = split(command, '\x1f');
    if (words[0] == "start") out->start(out, str(words[1]), str(words[2]));
    if (words[0] == "header") out->header(out, str(words[1]), str(words[2]));
    if (words[0] == "secret") out->secret_header(out, str(words[1]), str(words[2]), str(words[3]));
    if (words[0] == "body") out->body(out, str(words[1]));
    if (words[0] == "same body") out->body(out, req->body);
#if SLUICE_ABI_VERSION >= 2  // tests/abi compiles this with older headers too
    if (words[0] == "sign") out->sign(out, str(words[1]), str(words[2]));
    if (words[0] == "dropped")
      out->dropped(out, static_cast<uint32_t>(words[1][0] - '0'), str(words[2]));
#endif
    if (words[0] == "framing") out->framing = static_cast<uint32_t>(words[1][0] - '0');
    if (words[0] == "fail") return fail(err, SLUICE_INVALID_ARGUMENT, words[1]);
    if (words[0] == "fail silently") return SLUICE_UNAVAILABLE;
    if (words[0] == "throw") throw std::runtime_error("not allowed");
  }
  return SLUICE_OK;
}

struct Decoder {
  std::string model;
  const sluice_request* request;
  const sluice_host* host;
};

sluice_status open(const sluice_instance* self, const sluice_request* req, uint32_t status,
                   const sluice_kv* headers, size_t n, void** decoder, sluice_error* err) {
  if (status == 418) return fail(err, SLUICE_FAILED_PRECONDITION, "no teapots");
  auto* made = new Decoder{std::to_string(status), req, of(self).host};
  for (size_t i = 0; i < n; ++i) {
    made->model.append(" ").append(view(headers[i].key)).append("=").append(view(headers[i].value));
  }
  *decoder = made;
  return SLUICE_OK;
}

sluice_chunk chunkOf(uint32_t type, std::string_view text) {
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = type;
  chunk.text = str(text);
  return chunk;
}

sluice_status refusal(sluice_error* err, std::string_view message) {
  err->reason = SLUICE_REASON_RATE_LIMIT;
  err->retryable = 1;
  err->retry_after_ms = 1500;
  err->http_status = 429;
  std::strcpy(err->type, "rate_limit");
  std::strcpy(err->symbol, "slow_down");
  std::strcpy(err->param, "model");
  std::memset(err->message, 'x', sizeof err->message);  // not ended by a NUL
  std::memcpy(err->message, message.data(), message.size());
  if (message != "endless") err->message[message.size()] = '\0';
  return SLUICE_RESOURCE_EXHAUSTED;
}

sluice_status frame(void* decoder, sluice_str event, sluice_str data, sluice_sink* sink,
                    sluice_error* err) {
  auto& self = *static_cast<Decoder*>(decoder);
  const std::string_view what = view(event);
  if (what == "refuse") return refusal(err, view(data));
  if (what == "silently") return 4711;
  if (what == "throw") throw std::runtime_error("not allowed");
  sluice_chunk chunk = chunkOf(SLUICE_CHUNK_TEXT, view(data));
  sluice_usage usage{sizeof usage, 0, 1, 2, 3, 4, 5};
  if (what == "opened") chunk.text = str(self.model);
  if (what == "asked") chunk.text = self.request->model;
  if (what == "unknown") chunk.type = 99;
  if (what == "untyped") chunk.type = 0;
  if (what == "short") chunk.struct_size = 24;
  if (what == "null text") chunk.text = {nullptr, 7};
  if (what == "usage") chunk = chunkOf(SLUICE_CHUNK_USAGE, ""), chunk.usage = &usage;
  if (what == "no usage") chunk = chunkOf(SLUICE_CHUNK_USAGE, "");
  if (what == "all") {
    chunk.type = SLUICE_CHUNK_ITEM;
    chunk.choice = 1;
    chunk.index = 2;
    chunk.name = str("name");
    chunk.ref = str("ref");
    chunk.extra = str("{}");
    chunk.score = 0.5;
  }
  if (what == "finish") {
    sink->finish(sink, nullptr);
    return SLUICE_OK;
  }
  const sluice_status answer = sink->push(sink, &chunk);
  say(self.host, 0, "push said " + std::to_string(answer));
  return SLUICE_OK;
}

sluice_status end(void* decoder, sluice_sink* sink, sluice_error* err) {
  if (static_cast<Decoder*>(decoder)->model.starts_with("503")) {
    return fail(err, SLUICE_UNAVAILABLE, "gone for lunch");
  }
  sluice_chunk chunk = chunkOf(SLUICE_CHUNK_FINISH, "");
  chunk.name = str("stop");
  sink->push(sink, &chunk);
  return SLUICE_OK;
}

void close(void* decoder) {
  auto* self = static_cast<Decoder*>(decoder);
  say(self->host, 0, "closed");
  delete self;
}

constexpr sluice_codec kCodec{sizeof(sluice_codec), 0, encode, open, frame, end, close};
constexpr sluice_codec kHollow{sizeof(sluice_codec), 0, encode, nullptr, frame, end, close};

const void* getExtension(const sluice_instance* self, const char* id) {
  if (std::strcmp(id, SLUICE_EXT_CODEC) != 0 || of(self).broken == "faceless") return nullptr;
  return of(self).broken == "hollow" ? &kHollow : &kCodec;
}
void retire(const sluice_instance* self) { say(of(self).host, 0, "retired"); }
void destroy(const sluice_instance* self) {
  const Instance* it = &of(self);
  say(it->host, 0, "destroyed");
  delete it;
}

const sluice_instance* create(const sluice_component*, const sluice_host* host, sluice_str,
                              sluice_str config, sluice_error* err) {
  const std::string settings(view(config));
  const auto wants = [&](const char* word) { return settings.find(word) != std::string::npos; };
  if (wants("refuse"))
    return fail(err, SLUICE_INVALID_ARGUMENT, "no such region\n\x1b[31m"), nullptr;
  if (wants("silent")) return nullptr;
  if (wants("throw")) throw std::runtime_error("not allowed");
  auto* made = new Instance{{},
                            host,
                            wants("faceless") ? "faceless"
                            : wants("hollow") ? "hollow"
                                              : ""};
  made->table = {sizeof made->table, 0, made, getExtension, retire, destroy};
  if (wants("misshapen")) {
    static const sluice_instance stump{sizeof stump, 0, nullptr, nullptr, nullptr, nullptr};
    delete made;
    return &stump;
  }
  const auto* clock =
      static_cast<const sluice_host_clock*>(host->get_extension(host, SLUICE_EXT_HOST_CLOCK));
  const bool ticks = clock != nullptr && clock->unix_ms(host) > 0 && clock->monotonic_ns(host) > 0;
  const bool others = host->get_extension(host, "sluice.host.none/1") != nullptr;
  say(host, 9, std::string("created ") + (ticks && !others ? "with" : "without") + " a clock");
  return &made->table;
}

constexpr const char* kSchema = R"({"type": "object", "additionalProperties": false, "properties": {
  "make": {"type": "string",
           "enum": ["refuse", "silent", "throw", "faceless", "hollow", "misshapen"]},
  "headers": {"type": "object", "additionalProperties": {"type": "string"}}}})";
constexpr const char* kDialects[] = {"openai.chat", nullptr};
constexpr sluice_component kComponent{sizeof(sluice_component),
                                      SLUICE_KIND_PROVIDER,
                                      "org.example.codec",
                                      "does as it is told",
                                      kSchema,
                                      nullptr,
                                      kDialects,
                                      create};
constexpr const sluice_component* kComponents[] = {&kComponent};
constexpr sluice_library kLibrary{sizeof(sluice_library),
                                  SLUICE_ABI_VERSION,
                                  SLUICE_LIB_MAY_UNLOAD,
                                  1,
                                  "example",
                                  "1.0.0",
                                  "Apache-2.0",
                                  kComponents,
                                  nullptr,
                                  nullptr};

}  // namespace

extern "C" const sluice_library* sluice_plugin_entry(uint32_t) { return &kLibrary; }
