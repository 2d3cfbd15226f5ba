/* sluice/plugin.h: the plugin ABI of Sluice, version 0.1. C11 to C23 and C++11 to C++20; needs
 * nothing but the two headers below. C++ authors will like sluice/plugin.hpp better.
 *
 * A plugin is a shared library that exports one function, sluice_plugin_entry(). It answers with a
 * constant sluice_library: the components that the library offers. For each use of a component in
 * the configuration the host calls create() and gets a sluice_instance. What an instance can do it
 * tells by tables of functions, found by id: a provider has "sluice.codec/1" or "sluice.direct/1",
 * a strategy "sluice.strategy/1". What the host can do beyond logging it tells in the same way.
 *
 *    entry -> init -> create -> [ operations ] -> retire -> destroy -> deinit
 *
 * RULES THAT HOLD FOR EVERY FUNCTION, said here once so that each comment below can be short:
 *
 *  Ownership  Neither side ever frees what is the other's. Arguments are lent until the call
 *             returns, those of sluice_direct.start() until its finish(). Results are handed over
 *             by calling an object of the host (sluice_sink, sluice_http_out), which copies. The
 *             host table given to create() lives until destroy() has returned; a library's own
 *             tables and strings live until deinit() has, or, without one, for ever.
 *  Strings    sluice_str is UTF-8 unless it is called bytes; it has a length and no NUL at its end,
 *             and ptr may be NULL if len is 0. const char* is NUL-terminated and constant.
 *  Errors     A function that can fail returns a sluice_status. Unless that is SLUICE_OK it has
 *             filled *err, which is never NULL and comes zeroed but for struct_size.
 *  Unwinding  No exception, panic or longjmp leaves a function of either side.
 *  Growth     A struct begins with its struct_size and grows only at its end, with a new minor
 *             version. Read a field of the other side's struct only if it is there: SLUICE_HAS().
 *             Arrays of structs are passed as arrays of pointers, for that reason. The meaning of a
 *             table named "x/1" never changes; "x/2" is another table. Reserved fields are 0.
 *  Threads    Each function is marked with who may call it:
 *               [control]      one call at a time per library, never on the path of a request;
 *                              may take its time
 *               [stream]       the calls of one operation never overlap, and each sees what the one
 *                              before it wrote, but they may come from different threads
 *               [thread-safe]  any thread, several at a time
 *               !blocking      returns without waiting for I/O, for sleep, or for a lock that is
 *                              held while someone waits for these
 */
#ifndef SLUICE_PLUGIN_H
#define SLUICE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A library of another major version is not loaded. While the major is 0, neither is one of another
 * minor; from 1.0 on minors only add, and any minor works with any other. */
#define SLUICE_ABI_MAJOR 0u
#define SLUICE_ABI_MINOR 1u
#define SLUICE_ABI_VERSION ((SLUICE_ABI_MAJOR << 16) | SLUICE_ABI_MINOR)

#define SLUICE_HAS(type, p, field) ((p)->struct_size >= offsetof(type, field) + sizeof((p)->field))

#define SLUICE_EXPORT __attribute__((visibility("default")))

/* These two are frozen: they never grow. */
typedef struct sluice_str {
  const char* ptr;
  size_t len;
} sluice_str;

typedef struct sluice_kv {
  sluice_str key, value;
} sluice_kv;

/* ---- errors -------------------------------------------------------------------------------- */

/* The codes are gRPC's: every language has names for them. An unknown one reads as UNKNOWN. */
typedef int32_t sluice_status;
enum {
  SLUICE_OK = 0,
  SLUICE_CANCELLED = 1,
  SLUICE_UNKNOWN = 2,
  SLUICE_INVALID_ARGUMENT = 3,
  SLUICE_DEADLINE_EXCEEDED = 4,
  SLUICE_NOT_FOUND = 5,
  SLUICE_PERMISSION_DENIED = 7,
  SLUICE_RESOURCE_EXHAUSTED = 8,
  SLUICE_FAILED_PRECONDITION = 9,
  SLUICE_UNIMPLEMENTED = 12,
  SLUICE_INTERNAL = 13, /* the plugin's own fault */
  SLUICE_UNAVAILABLE = 14,
  SLUICE_UNAUTHENTICATED = 16,
  SLUICE_PAUSE = 100 /* no error; see sluice_sink.push */
};

/* SLUICE_REASON_*: what a refusal means for the choice of the next candidate. */
enum {
  SLUICE_REASON_NONE = 0,            /* code and http_status must tell */
  SLUICE_REASON_RATE_LIMIT = 1,      /* too fast; the same key may serve again soon */
  SLUICE_REASON_QUOTA = 2,           /* the key's quota or credit is spent */
  SLUICE_REASON_KEY = 3,             /* the key is wrong, or may not do this */
  SLUICE_REASON_CONTEXT_LENGTH = 4,  /* too long for this model; a larger one may take it */
  SLUICE_REASON_CONTENT_FILTER = 5,  /* refused for its content */
  SLUICE_REASON_MODEL_NOT_FOUND = 6, /* the upstream has no model of that name */
  SLUICE_REASON_OVERLOADED = 7,      /* the upstream has trouble of its own */
  SLUICE_REASON_BAD_REQUEST = 8      /* the client's fault; no other candidate would take it */
};

/* Memory of the caller of the function that fails. Texts are NUL-terminated, cut to fit, and never
 * hold a secret. */
typedef struct sluice_error {
  uint32_t struct_size;
  sluice_status code;
  uint32_t reason;         /* SLUICE_REASON_* */
  uint32_t retryable;      /* 1: another try, or another candidate, may succeed */
  uint32_t retry_after_ms; /* how long the upstream asks to be left alone; 0: it does not say */
  uint32_t http_status;    /* the upstream's; 0: none */
  char message[1000];      /* for the client, in the upstream's own words where it has any */
  char type[64];           /* error.type, error.code and error.param of the upstream's dialect, */
  char symbol[64];         /* each empty if there is none */
  char param[128];
} sluice_error;

/* ---- requests and answers: a small envelope in C; what is open-ended is JSON --------------- */

enum {
  SLUICE_OP_CHAT = 1,    /* a conversation's next message, in chunks */
  SLUICE_OP_CONTEXT = 2, /* what to put before a conversation: ITEM and MESSAGE chunks */
  SLUICE_OP_SEARCH = 3,  /* hits for a query: ITEM chunks */
  SLUICE_OP_EMBED = 4,   /* vectors: one JSON chunk */
  SLUICE_OP_MODELS = 5   /* what the upstream serves: one JSON chunk, {"data": [{"id": "..."}]}.
                          * It has no body, and is also how the host asks: are you well? */
};

enum { SLUICE_REQ_STREAM = 1u << 0 /* the client wants the answer piece by piece */ };

typedef struct sluice_request {
  uint32_t struct_size;
  uint32_t op;    /* SLUICE_OP_*; answer SLUICE_UNIMPLEMENTED to one you do not serve */
  uint32_t flags; /* SLUICE_REQ_* */
  uint32_t reserved;
  uint64_t id;         /* unique in this process; for logs */
  int64_t deadline_ns; /* on CLOCK_MONOTONIC; 0: none */
  sluice_str model;    /* the name at the upstream; the body's own `model` is the same */
  sluice_str dialect;  /* of body: "sluice.chat/1" and so on, or one that the component declares */
  sluice_str body;     /* JSON; sdk/schema/{chat,context,search,embed}.v1.json if canonical */
} sluice_request;

/* Tokens, in buckets that do not overlap, so that a cost is a dot product. Totals so far: a later
 * usage replaces an earlier one. */
typedef struct sluice_usage {
  uint32_t struct_size, reserved;
  uint64_t input;       /* of the prompt, neither read from a cache nor written to one */
  uint64_t cache_read;  /* of the prompt */
  uint64_t cache_write; /* of the prompt */
  uint64_t output;      /* of the answer, without reasoning */
  uint64_t reasoning;
} sluice_usage;

/* SLUICE_CHUNK_*: pieces of an answer, with the fields of sluice_chunk that each uses. The receiver
 * skips types that it does not know. */
enum {
  SLUICE_CHUNK_START = 1,     /* ref: the upstream's id of the answer; name: its model */
  SLUICE_CHUNK_TEXT = 2,      /* text: more of it */
  SLUICE_CHUNK_REASONING = 3, /* text: more of it; extra may hold a signature */
  SLUICE_CHUNK_REFUSAL = 4,   /* text: more of it */
  SLUICE_CHUNK_TOOL_CALL = 5, /* index; ref (the call's id) and name the first time; text: more of
                               * its arguments, which together are a JSON object */
  SLUICE_CHUNK_FINISH = 6,    /* name: stop, length, tool_calls or content_filter; once a choice */
  SLUICE_CHUNK_USAGE = 7,     /* usage */
  SLUICE_CHUNK_ITEM = 8,      /* a document or hit: text, name (its title), ref (its URI), score */
  SLUICE_CHUNK_MESSAGE = 9,   /* extra: a message to put before the request's own */
  SLUICE_CHUNK_JSON = 10      /* extra: the whole answer of an op that has no smaller pieces */
};

typedef struct sluice_chunk {
  uint32_t struct_size;
  uint32_t type;   /* SLUICE_CHUNK_* */
  uint32_t choice; /* 0 unless the request asked for several */
  uint32_t index;  /* of a tool call within its choice */
  sluice_str text, name, ref;
  double score;
  const sluice_usage* usage; /* NULL unless type is SLUICE_CHUNK_USAGE */
  sluice_str extra;          /* a JSON object with what has no field above, or empty */
} sluice_chunk;

/* An object of the host: where every answer goes. */
typedef struct sluice_sink {
  uint32_t struct_size, reserved;
  void* host_data;
  /* Takes a copy of the chunk. SLUICE_OK: go on. SLUICE_PAUSE: taken, but the reader is behind;
   * push no more until resume() (a codec's decoder may go on: its host stops reading the upstream).
   * SLUICE_CANCELLED: nobody reads any more; stop.  [stream, !blocking] */
  sluice_status (*push)(struct sluice_sink* sink, const sluice_chunk* chunk);
  /* Ends an operation of sluice_direct, exactly once; err is NULL for success. The sink and the
   * request are gone when it returns. A codec's decoder never calls it.  [stream, !blocking] */
  void (*finish)(struct sluice_sink* sink, const sluice_error* err);
} sluice_sink;

/* ---- what the host offers ------------------------------------------------------------------ */

typedef struct sluice_host {
  uint32_t struct_size, abi_version; /* the host's SLUICE_ABI_VERSION */
  void* host_data;
  const char *name, *version;
  /* One of the tables below, or NULL.  [thread-safe, !blocking] */
  const void* (*get_extension)(const struct sluice_host* host, const char* id);
  /* level: 0 debug, 1 information, 2 warning, 3 error.  [thread-safe, !blocking] */
  void (*log)(const struct sluice_host* host, int32_t level, sluice_str message);
} sluice_host;

#define SLUICE_EXT_HOST_CLOCK "sluice.host.clock/1"
typedef struct sluice_host_clock {
  uint32_t struct_size, reserved;
  /* The clock of sluice_request.deadline_ns.  [thread-safe, !blocking] */
  int64_t (*monotonic_ns)(const sluice_host* host);
  /* Milliseconds since 1970, UTC.  [thread-safe, !blocking] */
  int64_t (*unix_ms)(const sluice_host* host);
} sluice_host_clock;

/* ---- instance: one configured use of a component ------------------------------------------- */

/* Memory of the plugin, from create() to destroy(). */
typedef struct sluice_instance {
  uint32_t struct_size, reserved;
  void* plugin_data;
  /* One of the tables below, or NULL. The same answer every time.  [thread-safe, !blocking] */
  const void* (*get_extension)(const struct sluice_instance* self, const char* id);
  /* No new operation will start; those that run go on. Optional.  [control] */
  void (*retire)(const struct sluice_instance* self);
  /* The last operation has ended and its call or decoder is closed.  [control] */
  void (*destroy)(const struct sluice_instance* self);
} sluice_instance;

/* ---- codec: for upstreams that speak HTTP --------------------------------------------------
 *
 * The plugin translates and does no I/O. The host owns sockets, TLS, pools, proxies, retries,
 * timeouts, framing and secrets.
 *
 *    encode -> (the host sends, and reads the answer's head) -> open -> frame ... -> end -> close
 */
#define SLUICE_EXT_CODEC "sluice.codec/1"

/* SLUICE_FRAME_*: how the host cuts a 2xx body into frames. */
enum {
  SLUICE_FRAME_WHOLE = 0, /* one frame: the body */
  SLUICE_FRAME_SSE = 1,   /* a frame is the data of a server-sent event */
  SLUICE_FRAME_LINES = 2, /* a frame is a line, without its end */
  SLUICE_FRAME_RAW = 3    /* bytes as they come */
};

/* An object of the host: the HTTP request that encode() writes. Every function copies, and is
 * [stream, !blocking] within that call. */
typedef struct sluice_http_out {
  uint32_t struct_size;
  uint32_t framing; /* SLUICE_FRAME_*, to be set by the plugin; comes as SLUICE_FRAME_WHOLE */
  void* host_data;
  /* First. path begins with '/', may hold a query, and is put below the provider's base URL. */
  void (*start)(struct sluice_http_out* out, sluice_str method, sluice_str path);
  void (*header)(struct sluice_http_out* out, sluice_str name, sluice_str value);
  /* A header of prefix + secret, where the plugin names the secret and never sees it: "key" is the
   * provider's key of this attempt. A provider without keys sends no such header. */
  void (*secret_header)(struct sluice_http_out* out, sluice_str name, sluice_str prefix,
                        sluice_str secret);
  /* Appends. A body given in one piece that is the request's own (same pointer, same length) is
   * sent without a copy. The host adds Content-Length. */
  void (*body)(struct sluice_http_out* out, sluice_str bytes);
} sluice_http_out;

typedef struct sluice_codec {
  uint32_t struct_size, reserved;
  /* [thread-safe, !blocking] */
  sluice_status (*encode)(const sluice_instance* self, const sluice_request* req,
                          sluice_http_out* out, sluice_error* err);
  /* Begins to decode one answer to that request. *decoder is the plugin's own; if this fails there
   * is none, and no close(). headers: as they came, names in any case.  [thread-safe, !blocking] */
  sluice_status (*open)(const sluice_instance* self, const sluice_request* req,
                        uint32_t http_status, const sluice_kv* headers, size_t n_headers,
                        void** decoder, sluice_error* err);
  /* One frame. event: the name of a server-sent event, else empty. A body that is not 2xx comes as
   * one whole frame, whatever the framing; fail with the error that it means. After a failure only
   * close() follows.  [stream, !blocking] */
  sluice_status (*frame)(void* decoder, sluice_str event, sluice_str data, sluice_sink* sink,
                         sluice_error* err);
  /* The body ended in order, perhaps without a frame. Fail if the answer is not whole: the host
   * does not know this dialect.  [stream, !blocking] */
  sluice_status (*end)(void* decoder, sluice_sink* sink, sluice_error* err);
  /* Always, also after a failure or when the client left.  [stream, !blocking] */
  void (*close)(void* decoder);
} sluice_codec;

/* ---- direct: the plugin does the work itself -----------------------------------------------
 *
 * A model in the process, a local index, a test double. Between start() and finish() the plugin may
 * push from any thread, also from inside start(), resume() and cancel(); the host therefore holds
 * no lock of push() or finish() while it calls these.
 *
 *    start -> push ... (PAUSE -> resume -> push ...) -> finish -> release
 */
#define SLUICE_EXT_DIRECT "sluice.direct/1"

enum { SLUICE_DIRECT_BLOCKING = 1u << 0 /* start() may wait; it is given a thread to do so */ };

typedef struct sluice_direct {
  uint32_t struct_size;
  uint32_t flags; /* SLUICE_DIRECT_* */
  /* On SLUICE_OK the plugin owes one finish(), which may come before this returns; otherwise it
   * owes nothing and must not have pushed. *call is the plugin's own: set before the first push(),
   * valid until release().  [thread-safe, !blocking without SLUICE_DIRECT_BLOCKING] */
  sluice_status (*start)(const sluice_instance* self, const sluice_request* req, sluice_sink* sink,
                         void** call, sluice_error* err);
  /* Ends a SLUICE_PAUSE. May come before the push() that answered so has returned. Optional:
   * without it the plugin goes on, pause or not.  [thread-safe, !blocking] */
  void (*resume)(void* call);
  /* Please finish() soon, with SLUICE_CANCELLED. May overlap that very finish(). Optional.
   * [thread-safe, !blocking] */
  void (*cancel)(void* call);
  /* The last call: when finish() was called and start() and every resume() and cancel() have
   * returned. Never from inside push() or finish(), so that it may wait for the thread that called
   * these. Optional.  [thread-safe] */
  void (*release)(void* call);
} sluice_direct;

/* ---- memory: a context source that also remembers ------------------------------------------ */

#define SLUICE_EXT_MEMORY "sluice.memory/1"
typedef struct sluice_memory {
  uint32_t struct_size, reserved;
  /* A turn of a conversation was answered; its client already has the last byte.
   * exchange: sdk/schema/exchange.v1.json.  [thread-safe]; may wait */
  sluice_status (*remember)(const sluice_instance* self, sluice_str exchange, sluice_error* err);
} sluice_memory;

/* ---- strategy: ranks candidates ------------------------------------------------------------ */

#define SLUICE_EXT_STRATEGY "sluice.strategy/1"

enum {
  SLUICE_CAND_HEALTHY = 1u << 0, /* its breaker is closed and no limit of it is reached */
  SLUICE_CAND_LOCAL = 1u << 1    /* on this machine */
};

typedef struct sluice_candidate {
  uint32_t struct_size;
  uint32_t flags;             /* SLUICE_CAND_* */
  sluice_str target;          /* the provider's name, as configured */
  sluice_str model;           /* the model's name at the upstream */
  uint32_t inflight;          /* attempts under way */
  uint32_t weight;            /* as configured; 1 unless told */
  uint32_t latency_us;        /* to the first content, moving average; 0: unknown */
  uint32_t error_ppm;         /* failures in a million tries, moving average */
  double price_in, price_out; /* USD per million tokens; 0: unknown */
  sluice_str labels;          /* a JSON object, from the configuration */
} sluice_candidate;

typedef struct sluice_outcome {
  uint32_t struct_size;
  sluice_status status;
  uint64_t first_us, total_us; /* to the first content, to the end */
  const sluice_usage* usage;   /* NULL: unknown */
} sluice_outcome;

typedef struct sluice_strategy {
  uint32_t struct_size, reserved;
  /* Writes indices of cands, the best first, to order, which has room for n, and their number to
   * *n_order. What is left out is not tried. A pure function of a snapshot; it has microseconds.
   * [thread-safe, !blocking] */
  sluice_status (*rank)(const sluice_instance* self, const sluice_request* req,
                        const sluice_candidate* const* cands, size_t n, uint32_t* order,
                        size_t* n_order, sluice_error* err);
  /* What became of a try. Optional.  [thread-safe, !blocking] */
  void (*observe)(const sluice_instance* self, const sluice_candidate* cand,
                  const sluice_outcome* outcome);
} sluice_strategy;

/* ---- library ------------------------------------------------------------------------------- */

enum {
  SLUICE_KIND_PROVIDER = 1,
  SLUICE_KIND_STRATEGY = 2,
  SLUICE_KIND_CONTEXT = 3,
  SLUICE_KIND_SEARCH = 4
};

/* Constant: it can be read before init(). */
typedef struct sluice_component {
  uint32_t struct_size;
  uint32_t kind;                   /* SLUICE_KIND_* */
  const char* id;                  /* reverse domain, "org.example.echo"; the last part is its
                                    * short name in configurations */
  const char* description;         /* one line */
  const char* config_schema;       /* JSON Schema, draft-07, of its config; NULL: any JSON object */
  const char* const* requires_ext; /* ids of host tables that it cannot do without, NULL-terminated;
                                    * NULL: none */
  /* Wire dialects that its upstream speaks itself ("openai.chat", "anthropic.messages"),
   * NULL-terminated; NULL: none. A client's request in one of these is passed through: encode()
   * gets the client's own body with the model replaced, and 2xx bytes go back untouched, for which
   * no decoder is opened. */
  const char* const* dialects;
  /* config: JSON that satisfies config_schema. name: of the instance, for messages. NULL is
   * failure, with *err filled.  [control] */
  const sluice_instance* (*create)(const struct sluice_component* self, const sluice_host* host,
                                   sluice_str name, sluice_str config, sluice_error* err);
} sluice_component;

enum { SLUICE_LIB_MAY_UNLOAD = 1u << 0 /* promises that dlclose() after deinit() is safe */ };

typedef struct sluice_library {
  uint32_t struct_size;
  uint32_t abi_version; /* the SLUICE_ABI_VERSION that it was built with */
  uint32_t flags;       /* SLUICE_LIB_* */
  uint32_t n_components;
  const char *vendor, *version, *license; /* license: an SPDX expression */
  const sluice_component* const* components;
  /* Once, before the first create(). path: of the library's file. Optional.  [control] */
  sluice_status (*init)(const sluice_host* host, const char* path, sluice_error* err);
  /* Once, after the last destroy(), if init() succeeded. Optional.  [control] */
  void (*deinit)(void);
} sluice_library;

/* The one symbol that a plugin exports. host_abi: the host's SLUICE_ABI_VERSION; NULL if the
 * library cannot serve it. Fast, without side effects, callable before all else.  [control] */
SLUICE_EXPORT const sluice_library* sluice_plugin_entry(uint32_t host_abi);

#ifdef __cplusplus
}
#endif
#endif
