// component.* and instance.*: settings, and what create() makes of them.
#include <dlfcn.h>

#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "bench.hpp"
#include "process.hpp"
#include "random.hpp"
#include "settings.hpp"

namespace sluice::check {

namespace {

void checkSchema(Bench& bench) {
  const auto fault = faultOfSchema(bench.component->config_schema);
  if (!fault) return;
  fail("read config_schema", "a JSON Schema (draft-07) of an object", "it " + *fault,
       "mend the schema; {\"type\":\"object\",\"additionalProperties\":false} is one without "
       "settings");
}

void checkSecretsMarked(Bench& bench) {
  if (faultOfSchema(bench.component->config_schema)) throw Skip{"there is no schema to read"};
  const auto unmarked = unmarkedSecrets(bench.component->config_schema);
  if (unmarked.empty()) return;
  std::string names;
  for (const std::string& name : unmarked) names += (names.empty() ? "" : ", ") + name;
  fail("read the names of the settings",
       "settings that hold secrets say so, or a host will show them",
       names + " looks like a secret and has no \"x-secret\": true",
       "write \"x-secret\": true into its schema, or give it a name that promises none");
}

// --- instance.faces ---

struct Face {
  const char* id;
  std::size_t size;       // of its table, as of version 0.1
  std::size_t functions;  // how far the functions reach that it must have
};

constexpr Face kCodec = {SLUICE_EXT_CODEC, sizeof(sluice_codec), 5};
constexpr Face kDirect = {SLUICE_EXT_DIRECT, sizeof(sluice_direct), 1};
constexpr Face kStrategy = {SLUICE_EXT_STRATEGY, sizeof(sluice_strategy), 1};
constexpr Face kMemory = {SLUICE_EXT_MEMORY, sizeof(sluice_memory), 1};

const void* faceOf(const sluice_instance* instance, const std::string& id) {
  note::during("asked for \"" + id + "\"");
  return guarded("sluice_instance.get_extension",
                 [&] { return instance->get_extension(instance, id.c_str()); });
}

void checkFace(const Bench& bench, const Face& face) {
  const void* const table = faceOf(bench.instance, face.id);
  const std::string did = "asked the instance for \"" + std::string(face.id) + "\"";
  for (int i = 0; i < 3; ++i)
    if (faceOf(bench.instance, face.id) != table)
      fail(did + " several times", "the same answer every time", "another one",
           "answer with the address of a static constant");
  if (table == nullptr) return;
  std::uint32_t size = 0;
  std::memcpy(&size, table, sizeof size);
  if (size < face.size || size > 64 * 1024)
    fail(did, "a table whose struct_size is at least " + std::to_string(face.size),
         "its struct_size is " + std::to_string(size), "set struct_size to the table's sizeof");
  for (std::size_t i = 0; i < face.functions; ++i) {
    void* function = nullptr;
    std::memcpy(static_cast<void*>(&function),
                static_cast<const char*>(table) + 8 + i * sizeof function, sizeof function);
    if (function == nullptr)
      fail(did, "all functions that are not called optional",
           "function " + std::to_string(i + 1) + " of the table is NULL", "fill it");
  }
}

void checkKind(const Bench& bench) {
  const std::string did = "asked the instance for the faces of its kind";
  switch (bench.component->kind) {
    case SLUICE_KIND_STRATEGY:
      if (bench.strategy == nullptr)
        fail(did, "a strategy has " SLUICE_EXT_STRATEGY, "NULL", "answer it in get_extension()");
      break;
    case SLUICE_KIND_PROVIDER:
    case SLUICE_KIND_CONTEXT:
    case SLUICE_KIND_SEARCH:
      if (bench.codec == nullptr && bench.direct == nullptr)
        fail(did, "a provider or source has " SLUICE_EXT_CODEC " or " SLUICE_EXT_DIRECT,
             "NULL for both", "answer one of them in get_extension()");
      break;
    default: break;  // library.descriptor says so
  }
}

void checkFaces(Bench& bench) {
  if (!SLUICE_HAS(sluice_instance, bench.instance, destroy) ||
      bench.instance->struct_size > 64 * 1024)
    fail("read the instance", "struct_size is sizeof(sluice_instance)",
         std::to_string(bench.instance->struct_size), "set struct_size to sizeof(sluice_instance)");
  if (bench.instance->get_extension == nullptr || bench.instance->destroy == nullptr)
    fail("read the instance", "the functions get_extension() and destroy()", "NULL", "set both");
  checkKind(bench);
  for (const Face& face : {kCodec, kDirect, kStrategy, kMemory}) {
    checkFace(bench, face);
    const std::string id = face.id;
    for (const std::string& other :
         {id + "1", id + "2", id + ".1", id + " ", id + "\n", id + "/", id.substr(0, id.size() - 1),
          id.substr(0, id.size() - 1) + "2", id.substr(0, id.find('/')), "x" + id, " " + id})
      if (faceOf(bench.instance, other) != nullptr)
        fail("asked the instance for " + shown(other), "NULL: this is no id that it knows",
             "a table", "compare whole ids, with strcmp()");
  }
  for (const char* other : {"", "/", "1", "sluice", "sluice.unheard-of/1", "SLUICE.CODEC/1"})
    if (faceOf(bench.instance, other) != nullptr)
      fail("asked the instance for " + shown(other), "NULL: this is no id that it knows", "a table",
           "compare whole ids, with strcmp()");
}

void tryBad(const Bench& bench, const std::string& settings) {
  note::during("the settings were " + shown(settings));
  const Instance instance(*bench.component, *bench.host, settings);
  if (instance) return;  // it does without them, which is its right
  const sluice_error& error = instance.error();
  if (error.code == SLUICE_OK)
    fail("create() with the settings " + shown(settings), "NULL is failure, with *err filled",
         "NULL, and err->code is SLUICE_OK", "fill code and message before you return NULL");
  if (const std::string fault = faultOfError(error.code, error); !fault.empty())
    fail("create() with the settings " + shown(settings),
         "NULL is failure, with *err filled: an operator must see what to mend", fault,
         "say in err->message which setting is wrong and what it may be");
}

void checkBadSettings(Bench& bench) {
  const std::string good = bench.settingsFor(*bench.component).value_or("{}");
  tryBad(bench, "{}");
  for (const std::string& settings : badSettings(bench.component->config_schema, good))
    tryBad(bench, settings);
  Random random(1);
  for (int i = 0; i < 300; ++i) tryBad(bench, random.bytes(random.below(64)));
  for (int i = 0; i < 300; ++i) tryBad(bench, random.mutated(good));
}

void checkThousand(Bench& bench) {
  const std::string settings = bench.settings;
  const std::string leak = leakOf(250, [&] {
    const Instance instance(*bench.component, *bench.host, settings);
    if (!instance)
      fail("created the component a thousand times", "what could be created once can be again",
           shown(instance.error().message), "see what is left of an instance after destroy()");
  });
  if (!leak.empty())
    fail("created, retired and destroyed the component a thousand times",
         "destroy() gives back all that create() took", leak,
         "look for what destroy() forgets; LeakSanitizer and valgrind name the place");
}

// --- instance.library-cycle ---

void cycle(Bench& bench, int round) {
  note::during("the library was opened and closed for the " + std::to_string(round + 1) +
               "th time");
  note::unloaded(false);
  Host host;
  Library library(bench.file());
  library.initialise(host);
  for (const sluice_component* component : library.components()) {
    const auto settings = bench.settingsFor(*component);
    if (settings) const Instance instance(*component, host, *settings);
  }
  library.deinitialise();
  note::unloaded(true);
  library.close();
}

void checkCycle(Bench& bench) {
  {
    const Library library(bench.file());
    if ((library.table().flags & SLUICE_LIB_MAY_UNLOAD) == 0)
      throw Skip{"the library does not promise SLUICE_LIB_MAY_UNLOAD"};
    const_cast<Library&>(library).close();
  }
  const std::size_t threads = threadCount();
  constexpr int kRounds = 20;
  for (int i = 0; i < kRounds; ++i) cycle(bench, i);
  // What still runs of it has a moment to come upon code that is gone.
  std::this_thread::sleep_for(std::chrono::milliseconds(30 * slowness()));
  if (const std::size_t now = threadCount(); now > threads)
    fail("opened, used and closed the library " + std::to_string(kRounds) + " times",
         "SLUICE_LIB_MAY_UNLOAD promises that nothing of it runs after deinit()",
         std::to_string(now - threads) + " thread(s) still run",
         "end and join them in destroy() or deinit(), or do not promise it");
  note::unloaded(false);
}

constexpr Check kComponent[] = {
    {"component.schema", "config_schema is a draft-07 schema of an object",
     "sluice_component.config_schema", Scope::component, checkSchema},
    {"component.secrets-marked", "settings that look like secrets are marked as such",
     "sluice_component.config_schema; \"x-secret\": true", Scope::component, checkSecretsMarked},
};
constexpr Check kInstance[] = {
    {"instance.faces", "has the faces of its kind, and knows no other ids",
     "sluice_instance.get_extension: One of the tables below, or NULL. The same answer every time",
     Scope::instance, checkFaces},
    {"instance.bad-settings", "refuses bad settings with a message",
     "sluice_component.create: NULL is failure, with *err filled", Scope::component,
     checkBadSettings},
    {"instance.thousand", "leaves nothing behind when it is destroyed",
     "Ownership; sluice_instance.destroy", Scope::instance, checkThousand},
    {"instance.library-cycle", "can be unloaded and loaded again",
     "SLUICE_LIB_MAY_UNLOAD: promises that dlclose() after deinit() is safe", Scope::file,
     checkCycle},
};

}  // namespace

std::span<const Check> componentChecks() { return kComponent; }
std::span<const Check> instanceChecks() { return kInstance; }

}  // namespace sluice::check
