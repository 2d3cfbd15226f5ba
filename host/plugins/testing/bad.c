/* Plugins with one fault each; FAULT names it. The components of `components` have one each. */
#include <signal.h>
#include <sluice/plugin.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  none,
  undefined_symbol,
  refuses,
  newer_major,
  other_minor,
  tiny_table,
  huge_table,
  short_table,
  no_components,
  too_many,
  init_fails,
  components,
  crashes,
  hangs,
  prints,
  exits,
  forges
};

#if FAULT != 0
static const sluice_instance* create(const sluice_component* self, const sluice_host* host,
                                     sluice_str name, sluice_str config, sluice_error* err) {
  (void)self;
  (void)host;
  (void)name;
  (void)config;
  (void)err;
  return NULL;
}

#define NAMED(ID) .struct_size = sizeof(sluice_component), .kind = SLUICE_KIND_PROVIDER, .id = ID
static const char* const needs[] = {"sluice.host.clock/1", "sluice.host.teleport/1", NULL};
static const sluice_component good = {NAMED("org.example.good"), .description = "fine",
                                      .create = create};
static const sluice_component tiny = {.struct_size = 8, .kind = SLUICE_KIND_PROVIDER};
static const sluice_component unnamed = {NAMED("nodots"), .create = create};
static const sluice_component strange = {
    .struct_size = sizeof strange, .kind = 9, .id = "org.example.strange", .create = create};
static const sluice_component uncreated = {NAMED("org.example.uncreated")};
static const sluice_component needy = {NAMED("org.example.needy"), .requires_ext = needs,
                                       .create = create};
static const sluice_component unparsed = {NAMED("org.example.unparsed"),
                                          .config_schema = "{\"type\": ", .create = create};
static const sluice_component unschemed = {NAMED("org.example.unschemed"),
                                           .config_schema = "{\"type\": 5}", .create = create};
static const sluice_component again = {NAMED("org.example.good"), .create = create};
static const sluice_component* const list[] = {&good,      NULL,   &tiny,     &unnamed,   &strange,
                                               &uncreated, &needy, &unparsed, &unschemed, &again};

static sluice_status failingInit(const sluice_host* host, const char* path, sluice_error* err) {
  (void)host;
  (void)path;
  snprintf(err->message, sizeof err->message, "the model file is gone");
  return SLUICE_FAILED_PRECONDITION;
}

extern void noSuchFunction(void);

/* Answers in the host's place, where the host looks for its child's answer: a pipe. */
static void forge(void) {
  char text[600];
  char hash[65] = {0};
  memset(hash, 'f', 64);
  const int length =
      snprintf(text, sizeof text,
               "{\"file\": \"x.so\", \"stem\": \"x\", \"sha256\": \"%s\", \"vendor\": \"v\", "
               "\"version\": \"1.0.0\", \"license\": \"MIT\", \"abi\": \"0.1\", \"components\": "
               "[{\"kind\": \"provider\", \"id\": \"org.example.x\", \"description\": \"\", "
               "\"dialects\": []}]}\n",
               hash);
  for (int fd = 3; fd < 64; ++fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) continue;
    if (write(fd, text, (size_t)length) == length) _exit(0);
  }
}

const sluice_library* sluice_plugin_entry(uint32_t host_abi) {
  (void)host_abi;
  static sluice_library library = {.struct_size = sizeof library,
                                   .abi_version = SLUICE_ABI_VERSION,
                                   .n_components = 1,
                                   .vendor = "example",
                                   .version = "1.0.0",
                                   .license = "Apache-2.0",
                                   .components = list};
  switch (FAULT) {
#if FAULT == 1
    case undefined_symbol: noSuchFunction(); break;
#endif
    case refuses: return NULL;
    case newer_major: library.abi_version = (SLUICE_ABI_MAJOR + 1) << 16; break;
    case other_minor: library.abi_version = SLUICE_ABI_VERSION + 1; break;
    case tiny_table: library.struct_size = 4; break;
    case huge_table: library.struct_size = 1u << 30; break;
    case short_table: library.struct_size = offsetof(sluice_library, components); break;
    case no_components: library.n_components = 0; break;
    case too_many: library.n_components = 1000000; break;
    case init_fails: library.init = failingInit; break;
    case components: library.n_components = sizeof list / sizeof *list; break;
    case crashes:
      signal(SIGSEGV, SIG_DFL);
      raise(SIGSEGV);
      break;
    case hangs:
      for (;;) pause();
    case prints:
      puts("hello from the plugin");
      fflush(stdout);
      break;
    case exits: _exit(7);
    case forges: forge(); break;
    default: break;
  }
  return &library;
}
#endif
