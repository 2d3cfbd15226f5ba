// Registry: the plugin libraries that a configuration enables, opened and checked, and what they
// offer. Built once for a generation and immutable; libraries are shared with the generations
// before where file and content are the same. Threads: opening and creating from one thread at a
// time (it may block); all else from any.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/model.hpp"
#include "plugins/copies.hpp"
#include "plugins/instance.hpp"

namespace sluice::json {
class Writer;
}

namespace sluice::plugins {

enum class Kind : std::uint8_t { provider = 1, strategy, context, search };
std::string_view toString(Kind kind) noexcept;
std::string_view shortId(std::string_view id) noexcept;  // the last part of a full one

// "org.example.echo": at least two parts of a-z, 0-9, - and _, with dots between.
bool isComponentId(std::string_view id) noexcept;

struct ComponentInfo {
  Kind kind = Kind::provider;
  std::string id;  // full: "sluice.openai"; its last part is the short id
  std::string description;
  std::string settingsSchema;  // JSON; empty: any object will do
  std::vector<std::string> dialects;
  bool operator==(const ComponentInfo&) const = default;
};

struct LibraryInfo {
  std::string file;  // absolute
  std::string stem;
  std::string sha256;
  std::string vendor, version, license;
  std::uint32_t abiMajor = 0, abiMinor = 0;
  std::vector<ComponentInfo> components;
  bool operator==(const LibraryInfo&) const = default;
};

// What a file is, seen in this process: it opens the file and asks it. Crashes if the file does.
Result<LibraryInfo> inspect(const std::string& file);
// The same in a child process (`self` is this program; it runs `self plugins info --json file`), so
// that a file that crashes, hangs (5 s) or prints is a message here.
Result<LibraryInfo> inspectInChild(const std::string& self, const std::string& file,
                                   std::chrono::milliseconds deadline = std::chrono::seconds(5));
// The child's part: inspects and writes JSON, or {"error": …}, to standard output, with whatever
// the plugin prints kept out of it. The exit code: 0 or 1.
int printInfo(const std::string& file);

std::string toJson(const LibraryInfo& info);
void appendInfo(json::Writer& writer, const LibraryInfo& info);  // its members, into an object
Result<LibraryInfo> fromJson(std::string_view text);             // also reads {"error": …}
// Every *.so in a directory, sorted.
std::vector<std::string> filesIn(const std::string& directory);

class Registry {
 public:
  struct Problem {
    std::string where;    // "sluice.yaml:14:7"; may be empty
    std::string message;  // names file, component and reason
    std::string file;     // "/plugins/x.so"; empty: it is about none
  };
  // Opens what is enabled. Each library that cannot be used is a Problem, and is left out.
  // `copies`: where those go that are run, and are swept; null: a temporary place. `generation`:
  // the number of the one that it is for.
  static std::shared_ptr<const Registry> open(const config::Plugins& wanted,
                                              const std::string& directory,
                                              std::vector<Problem>& problems,
                                              std::shared_ptr<const Copies> copies = nullptr,
                                              std::uint64_t generation = 0);
  virtual ~Registry() = default;

  virtual const std::vector<LibraryInfo>& libraries() const noexcept = 0;
  virtual const std::vector<Problem>& problems() const noexcept = 0;  // as open() told them
  // What an operator should know of the floors that hold for no component here, one line each.
  virtual std::vector<std::string> floorNotices(const config::Trust& trust) const = 0;
  // JSON for GET /admin/plugins: every library of this registry and every one before that still
  // drains, with what they are, what uses them, and how long their calls took; and the problems.
  virtual std::string report() const = 0;
  // By full or short id; null if there is none. `available` lists ids for messages.
  virtual const ComponentInfo* find(Kind kind, std::string_view id) const noexcept = 0;
  virtual std::vector<std::string_view> available(Kind kind) const = 0;
  // Checks `settings` against the component's schema, then creates. Messages name what and where.
  // `before`, if not null, is given back where it is the same: of the same library, component,
  // name and settings.
  virtual Result<std::shared_ptr<const Instance>> create(
      Kind kind, std::string_view id, const std::string& name, const std::string& settings,
      const std::shared_ptr<const Instance>& before = nullptr) const = 0;
};

}  // namespace sluice::plugins
