// library.*: what can be seen of a library before a component of it is used.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "bench.hpp"
#include "elf.hpp"
#include "process.hpp"

namespace sluice::check {

namespace {

constexpr const char* kEntryName = "sluice_plugin_entry";

const sluice_library* ask(Entry entry, std::uint32_t abi) {
  note::during("asked for ABI " + std::to_string(abi >> 16) + "." + std::to_string(abi & 0xffff));
  return guarded(kEntryName, [&] { return entry(abi); });
}

void checkExports(Bench& bench) {
  std::vector<std::string> names;
  const std::string did = "read the dynamic symbols of the file";
  try {
    names = exportsOf(bench.file());
  } catch (const std::runtime_error& fault) {
    fail(did, "a shared library of this machine", bench.file() + " " + fault.what(),
         "build a shared library: sluice_add_plugin() in CMake, or -shared -fPIC");
  }
  const auto entry = std::ranges::find(names, kEntryName);
  if (entry == names.end())
    fail(did, "the one symbol sluice_plugin_entry",
         names.empty() ? "it exports nothing" : "it exports " + names.front() + ", but not that",
         "define it as extern \"C\" with SLUICE_EXPORT; SLUICE_PLUGIN() does so");
  names.erase(entry);
  if (names.empty()) return;
  std::string more;
  for (std::size_t i = 0; i < names.size() && i < 5; ++i) more += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > 5) more += " and " + std::to_string(names.size() - 5) + " more";
  fail(did,
       "no symbol but sluice_plugin_entry: what else is visible may clash with another plugin's",
       "it also exports " + more,
       "link with a version script such as sdk/cmake/plugin.map (sluice_add_plugin() does), and "
       "compile with -fvisibility=hidden");
}

void checkOpens(Bench& bench) {
  try {
    openFile(bench.file());
  } catch (const Skip& skip) {
    fail("dlopen() with RTLD_NOW | RTLD_LOCAL", "it opens, with every symbol found", skip.why,
         "link what is missing into the library; -Wl,-z,defs finds it when you build");
  }
}

void checkUnknownMajor(Bench& bench) {
  const Entry entry = entryOf(openFile(bench.file()));
  std::vector<std::uint32_t> unknown = {(SLUICE_ABI_MAJOR + 1) << 16,
                                        (SLUICE_ABI_MAJOR + 2) << 16 | 7, 0x7fff0000u, 0xffffffffu};
  // While the major is 0 a minor may change anything.
  if (SLUICE_ABI_MAJOR == 0)
    unknown.insert(unknown.end(), {SLUICE_ABI_VERSION + 1, SLUICE_ABI_VERSION - 1});
  for (const std::uint32_t abi : unknown) {
    if (ask(entry, abi) == nullptr) continue;
    fail("asked sluice_plugin_entry() for ABI " + std::to_string(abi >> 16) + "." +
             std::to_string(abi & 0xffff),
         "NULL, since the library cannot serve that version", "a table",
         "compare host_abi >> 16 with SLUICE_ABI_MAJOR, and while that is 0 also the minor");
  }
}

void checkEntryTwice(Bench& bench) {
  const Entry entry = entryOf(openFile(bench.file()));
  const sluice_library* const first = ask(entry, SLUICE_ABI_VERSION);
  ask(entry, (SLUICE_ABI_MAJOR + 1) << 16);
  for (int i = 0; i < 3; ++i) {
    if (ask(entry, SLUICE_ABI_VERSION) == first) continue;
    fail("called sluice_plugin_entry() several times", "one answer: the library is a constant",
         "another pointer the next time", "answer with the address of a static constant");
  }
}

void checkQuietScan(Bench& bench) {
  const std::set<std::string> filesBefore = openFiles();
  const std::size_t threadsBefore = threadCount();
  // What is written to 1 and 2 while the library is looked at.
  const int spoken = memfd_create("spoken", MFD_CLOEXEC);
  const int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
  dup2(spoken, STDOUT_FILENO);
  dup2(spoken, STDERR_FILENO);
  using Clock = std::chrono::steady_clock;
  Clock::duration first{}, quickest = Clock::duration::max();
  const Entry entry = entryOf(openFile(bench.file()));
  for (int i = 0; i < 3; ++i) {
    const auto begin = Clock::now();
    ask(entry, SLUICE_ABI_VERSION);
    const auto took = Clock::now() - begin;
    if (i == 0) first = took;
    quickest = std::min(quickest, took);
  }
  std::fflush(nullptr);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  struct stat said = {};
  fstat(spoken, &said);
  std::string words(static_cast<std::size_t>(std::min<off_t>(said.st_size, 500)), '\0');
  const ssize_t got = pread(spoken, words.data(), words.size(), 0);
  for (const int descriptor : {spoken, out, err}) ::close(descriptor);

  const std::string did = "opened the library and called sluice_plugin_entry()";
  const std::string rule =
      "the entry is fast and without side effects: it is called for every file "
      "that an operator looks at";
  const std::string fix = "move what the library needs to init() or create()";
  const auto entryTook = [&](Clock::duration time, const char* when, int most) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (ms > long{most} * slowness())
      fail(did, rule, "the entry took " + std::to_string(ms) + " ms" + when, fix);
  };
  entryTook(quickest, "", 100);
  entryTook(first, " when it was first called", 300);
  if (got > 0) fail(did, rule, "it printed " + shown(words), fix + ", and log with host->log()");
  if (const std::size_t threads = threadCount(); threads > threadsBefore && !isGo(bench.file()))
    fail(did, rule, "it started " + std::to_string(threads - threadsBefore) + " thread(s)", fix);
  for (const std::string& file : openFiles())
    if (!filesBefore.contains(file)) fail(did, rule, "it left open: " + file, fix);
}

// --- library.descriptor ---

bool isId(std::string_view id) {
  if (id.empty() || id.size() > 200 || id.find('.') == id.npos) return false;
  if (id.front() == '.' || id.back() == '.' || id.find("..") != id.npos) return false;
  return id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == id.npos;
}

// The form of an SPDX licence expression; the list of licences itself grows every few months.
bool isSpdx(std::string_view text) {
  std::size_t at = 0;
  int open = 0;
  bool wantsId = true;
  while (at < text.size()) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    if (text[at] == '(') {
      if (!wantsId) return false;
      ++open;
      ++at;
      continue;
    }
    if (text[at] == ')') {
      if (wantsId || --open < 0) return false;
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" ()", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end;
    if (!wantsId) {
      if (word != "AND" && word != "OR" && word != "WITH") return false;
      wantsId = true;
      continue;
    }
    const auto good = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '+' ||
             c == ':';
    };
    if (!std::ranges::all_of(word, good) || word == "AND" || word == "OR" || word == "WITH")
      return false;
    wantsId = false;
  }
  return !wantsId && open == 0;
}

void requireText(const char* text, const std::string& name, const std::string& example) {
  const std::string did = "read " + name;
  if (text == nullptr || *text == '\0')
    fail(did, "a text: operators see it", text == nullptr ? "NULL" : "an empty one",
         "say it, for example " + example);
  if (!isUtf8(text)) fail(did, "UTF-8", shown(text), "write the source in UTF-8");
}

void checkComponent(const sluice_component* component, std::uint32_t index,
                    std::set<std::string>& ids) {
  const std::string name = "component " + std::to_string(index + 1);
  const std::string did = "read the table of " + name;
  if (component == nullptr)
    fail(did, "n_components tables", "NULL", "let n_components be how many there are");
  if (!SLUICE_HAS(sluice_component, component, create) || component->struct_size > 64 * 1024)
    fail(did, "struct_size is sizeof(sluice_component)",
         "it is " + std::to_string(component->struct_size),
         "set struct_size to sizeof(sluice_component)");
  requireText(component->id, name + "'s id", "\"org.example.echo\"");
  if (!isId(component->id))
    fail("read " + name + "'s id",
         "a reverse domain name of lower-case letters, digits, - and _, such as org.example.echo",
         shown(component->id), "rename it; its last part is its short name in configurations");
  if (!ids.insert(component->id).second)
    fail(did, "an id of its own", shown(component->id) + " is another component's too",
         "give each component an id of its own");
  if (component->kind < SLUICE_KIND_PROVIDER || component->kind > SLUICE_KIND_SEARCH)
    fail("read the kind of " + std::string(component->id), "one of SLUICE_KIND_*",
         std::to_string(component->kind), "set kind");
  requireText(component->description, "the description of " + std::string(component->id),
              "\"Says the last message back\"");
  if (std::string_view(component->description).find('\n') != std::string_view::npos)
    fail("read the description of " + std::string(component->id), "one line",
         shown(component->description), "leave the line feed out");
  if (component->create == nullptr)
    fail("read the table of " + std::string(component->id), "a function create()", "NULL",
         "set create");
  for (const char* const* wanted = component->requires_ext; wanted != nullptr && *wanted != nullptr;
       ++wanted)
    if (!Host::has(*wanted))
      fail("read requires_ext of " + std::string(component->id),
           "ids of host tables that version 0.1 has: " SLUICE_EXT_HOST_CLOCK, shown(*wanted),
           "ask for it with host->get_extension() and do without it if the answer is NULL");
  for (const char* const* dialect = component->dialects; dialect != nullptr && *dialect != nullptr;
       ++dialect)
    if (**dialect == '\0' || std::string_view(*dialect).find(' ') != std::string_view::npos)
      fail("read the dialects of " + std::string(component->id), "names such as openai.chat",
           shown(*dialect), "mend the list; NULL ends it");
}

void checkDescriptor(Bench& bench) {
  const Entry entry = entryOf(openFile(bench.file()));
  const sluice_library* const library = ask(entry, SLUICE_ABI_VERSION);
  note::during("its table was read");
  const std::string version =
      std::to_string(SLUICE_ABI_MAJOR) + "." + std::to_string(SLUICE_ABI_MINOR);
  const std::string did = "asked sluice_plugin_entry() for ABI " + version;
  if (library == nullptr)
    fail(did, "a table", "NULL: the library does not serve this version",
         "build it with the headers of this version");
  if (!SLUICE_HAS(sluice_library, library, components) || library->struct_size > 64 * 1024)
    fail(did, "struct_size is sizeof(sluice_library)",
         "it is " + std::to_string(library->struct_size),
         "set struct_size to sizeof(sluice_library)");
  if (library->abi_version != SLUICE_ABI_VERSION)
    fail(did, "abi_version is the SLUICE_ABI_VERSION that was asked for",
         "it is " + std::to_string(library->abi_version >> 16) + "." +
             std::to_string(library->abi_version & 0xffff),
         "set abi_version to SLUICE_ABI_VERSION");
  if ((library->flags & ~std::uint32_t{SLUICE_LIB_MAY_UNLOAD}) != 0)
    fail(did, "flags hold SLUICE_LIB_* only", "they are " + std::to_string(library->flags),
         "leave what is unknown 0");
  requireText(library->vendor, "vendor", "\"Acme\"");
  requireText(library->version, "version", "\"1.0.0\"");
  requireText(library->license, "license", "\"Apache-2.0\"");
  if (!std::isdigit(static_cast<unsigned char>(library->version[0])))
    fail("read version", "a version that begins with a number, so that two can be compared",
         shown(library->version), "write it as 1.2.3");
  if (!isSpdx(library->license))
    fail("read license", "an SPDX expression, such as MIT or Apache-2.0 OR GPL-3.0-only",
         shown(library->license), "look the licence's identifier up in SPDX's list");
  if (library->n_components == 0 || library->components == nullptr)
    fail(did, "at least one component", "none", "fill components and n_components");
  if (library->n_components > 256)
    fail(did, "a number of components that can be", std::to_string(library->n_components),
         "let n_components be how many there are");
  std::set<std::string> ids;
  for (std::uint32_t i = 0; i < library->n_components; ++i)
    checkComponent(library->components[i], i, ids);
}

constexpr Check kChecks[] = {
    {"library.exports", "exports exactly sluice_plugin_entry",
     "The one symbol that a plugin exports", Scope::file, checkExports},
    {"library.opens", "opens with RTLD_NOW | RTLD_LOCAL", "The one symbol that a plugin exports",
     Scope::file, checkOpens},
    {"library.unknown-major", "answers NULL for versions that it cannot serve",
     "sluice_plugin_entry: NULL if the library cannot serve it", Scope::file, checkUnknownMajor},
    {"library.entry-twice", "gives one answer, however often it is asked",
     "sluice_plugin_entry: without side effects, callable before all else", Scope::file,
     checkEntryTwice},
    {"library.quiet-scan", "is fast, starts no thread, opens no file and prints nothing",
     "sluice_plugin_entry: Fast, without side effects", Scope::file, checkQuietScan},
    {"library.descriptor", "describes itself and its components completely",
     "struct sluice_library, struct sluice_component", Scope::file, checkDescriptor},
};

}  // namespace

std::span<const Check> libraryChecks() { return kChecks; }

}  // namespace sluice::check
