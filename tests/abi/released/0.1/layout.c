/* The layout of plugin ABI 0.1 on LP64: the size of every struct, the place and size of every
 * member. Compiled against the header of that version and against today's: nothing moves.
 * Written by tests/abi/release.mjs. */
#include <sluice/plugin.h>

#ifndef __LP64__
#error "these numbers are for LP64"
#endif

#define IS_THIS_VERSION (SLUICE_ABI_VERSION == ((0u << 16) | 1u))

/* A later minor may make a struct larger, at its end. */
#define SIZE(type, bytes) \
  _Static_assert(IS_THIS_VERSION ? sizeof(type) == (bytes) : sizeof(type) >= (bytes), \
                 #type " changed its size")
#define AT(type, member, offset, bytes) \
  _Static_assert(offsetof(type, member) == (offset) && sizeof(((type*)0)->member) == (bytes), \
                 #type "." #member " moved")

_Static_assert(sizeof(sluice_str) == 16 && sizeof(sluice_kv) == 32, "these two never grow");

SIZE(sluice_str, 16);
AT(sluice_str, ptr, 0, 8);
AT(sluice_str, len, 8, 8);

SIZE(sluice_kv, 32);
AT(sluice_kv, key, 0, 16);
AT(sluice_kv, value, 16, 16);

SIZE(sluice_error, 1280);
AT(sluice_error, struct_size, 0, 4);
AT(sluice_error, code, 4, 4);
AT(sluice_error, reason, 8, 4);
AT(sluice_error, retryable, 12, 4);
AT(sluice_error, retry_after_ms, 16, 4);
AT(sluice_error, http_status, 20, 4);
AT(sluice_error, message, 24, 1000);
AT(sluice_error, type, 1024, 64);
AT(sluice_error, symbol, 1088, 64);
AT(sluice_error, param, 1152, 128);

SIZE(sluice_request, 80);
AT(sluice_request, struct_size, 0, 4);
AT(sluice_request, op, 4, 4);
AT(sluice_request, flags, 8, 4);
AT(sluice_request, reserved, 12, 4);
AT(sluice_request, id, 16, 8);
AT(sluice_request, deadline_ns, 24, 8);
AT(sluice_request, model, 32, 16);
AT(sluice_request, dialect, 48, 16);
AT(sluice_request, body, 64, 16);

SIZE(sluice_usage, 48);
AT(sluice_usage, struct_size, 0, 4);
AT(sluice_usage, reserved, 4, 4);
AT(sluice_usage, input, 8, 8);
AT(sluice_usage, cache_read, 16, 8);
AT(sluice_usage, cache_write, 24, 8);
AT(sluice_usage, output, 32, 8);
AT(sluice_usage, reasoning, 40, 8);

SIZE(sluice_chunk, 96);
AT(sluice_chunk, struct_size, 0, 4);
AT(sluice_chunk, type, 4, 4);
AT(sluice_chunk, choice, 8, 4);
AT(sluice_chunk, index, 12, 4);
AT(sluice_chunk, text, 16, 16);
AT(sluice_chunk, name, 32, 16);
AT(sluice_chunk, ref, 48, 16);
AT(sluice_chunk, score, 64, 8);
AT(sluice_chunk, usage, 72, 8);
AT(sluice_chunk, extra, 80, 16);

SIZE(sluice_sink, 32);
AT(sluice_sink, struct_size, 0, 4);
AT(sluice_sink, reserved, 4, 4);
AT(sluice_sink, host_data, 8, 8);
AT(sluice_sink, push, 16, 8);
AT(sluice_sink, finish, 24, 8);

SIZE(sluice_host, 48);
AT(sluice_host, struct_size, 0, 4);
AT(sluice_host, abi_version, 4, 4);
AT(sluice_host, host_data, 8, 8);
AT(sluice_host, name, 16, 8);
AT(sluice_host, version, 24, 8);
AT(sluice_host, get_extension, 32, 8);
AT(sluice_host, log, 40, 8);

SIZE(sluice_host_clock, 24);
AT(sluice_host_clock, struct_size, 0, 4);
AT(sluice_host_clock, reserved, 4, 4);
AT(sluice_host_clock, monotonic_ns, 8, 8);
AT(sluice_host_clock, unix_ms, 16, 8);

SIZE(sluice_instance, 40);
AT(sluice_instance, struct_size, 0, 4);
AT(sluice_instance, reserved, 4, 4);
AT(sluice_instance, plugin_data, 8, 8);
AT(sluice_instance, get_extension, 16, 8);
AT(sluice_instance, retire, 24, 8);
AT(sluice_instance, destroy, 32, 8);

SIZE(sluice_http_out, 48);
AT(sluice_http_out, struct_size, 0, 4);
AT(sluice_http_out, framing, 4, 4);
AT(sluice_http_out, host_data, 8, 8);
AT(sluice_http_out, start, 16, 8);
AT(sluice_http_out, header, 24, 8);
AT(sluice_http_out, secret_header, 32, 8);
AT(sluice_http_out, body, 40, 8);

SIZE(sluice_codec, 48);
AT(sluice_codec, struct_size, 0, 4);
AT(sluice_codec, reserved, 4, 4);
AT(sluice_codec, encode, 8, 8);
AT(sluice_codec, open, 16, 8);
AT(sluice_codec, frame, 24, 8);
AT(sluice_codec, end, 32, 8);
AT(sluice_codec, close, 40, 8);

SIZE(sluice_direct, 40);
AT(sluice_direct, struct_size, 0, 4);
AT(sluice_direct, flags, 4, 4);
AT(sluice_direct, start, 8, 8);
AT(sluice_direct, resume, 16, 8);
AT(sluice_direct, cancel, 24, 8);
AT(sluice_direct, release, 32, 8);

SIZE(sluice_memory, 16);
AT(sluice_memory, struct_size, 0, 4);
AT(sluice_memory, reserved, 4, 4);
AT(sluice_memory, remember, 8, 8);

SIZE(sluice_candidate, 88);
AT(sluice_candidate, struct_size, 0, 4);
AT(sluice_candidate, flags, 4, 4);
AT(sluice_candidate, target, 8, 16);
AT(sluice_candidate, model, 24, 16);
AT(sluice_candidate, inflight, 40, 4);
AT(sluice_candidate, weight, 44, 4);
AT(sluice_candidate, latency_us, 48, 4);
AT(sluice_candidate, error_ppm, 52, 4);
AT(sluice_candidate, price_in, 56, 8);
AT(sluice_candidate, price_out, 64, 8);
AT(sluice_candidate, labels, 72, 16);

SIZE(sluice_outcome, 32);
AT(sluice_outcome, struct_size, 0, 4);
AT(sluice_outcome, status, 4, 4);
AT(sluice_outcome, first_us, 8, 8);
AT(sluice_outcome, total_us, 16, 8);
AT(sluice_outcome, usage, 24, 8);

SIZE(sluice_strategy, 24);
AT(sluice_strategy, struct_size, 0, 4);
AT(sluice_strategy, reserved, 4, 4);
AT(sluice_strategy, rank, 8, 8);
AT(sluice_strategy, observe, 16, 8);

SIZE(sluice_component, 56);
AT(sluice_component, struct_size, 0, 4);
AT(sluice_component, kind, 4, 4);
AT(sluice_component, id, 8, 8);
AT(sluice_component, description, 16, 8);
AT(sluice_component, config_schema, 24, 8);
AT(sluice_component, requires_ext, 32, 8);
AT(sluice_component, dialects, 40, 8);
AT(sluice_component, create, 48, 8);

SIZE(sluice_library, 64);
AT(sluice_library, struct_size, 0, 4);
AT(sluice_library, abi_version, 4, 4);
AT(sluice_library, flags, 8, 4);
AT(sluice_library, n_components, 12, 4);
AT(sluice_library, vendor, 16, 8);
AT(sluice_library, version, 24, 8);
AT(sluice_library, license, 32, 8);
AT(sluice_library, components, 40, 8);
AT(sluice_library, init, 48, 8);
AT(sluice_library, deinit, 56, 8);
