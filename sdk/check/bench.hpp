// What a check works on: the library, one of its components, an instance of that; and the calls
// into them, each noted before it is made and with no exception let through.
// Threads: the thread that runs the check; guarded() from any.
#pragma once

#include <sluice/plugin.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <sluice/testing.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.hpp"
#include "host.hpp"
#include "note.hpp"

namespace sluice::check {

[[noreturn]] void fail(std::string did, std::string expected, std::string came, std::string fix);

// At most `most` bytes of a text, with what cannot be shown escaped, in quotes.
std::string shown(std::string_view text, std::size_t most = 120);
bool isUtf8(std::string_view text);
std::string_view view(sluice_str text);

// How much slower than usual this build is: sanitizers take their time.
int slowness();
bool isSanitized();

// One call into the plugin. An exception that leaves it is a failure.
template <class F>
auto unnoted(const char* function, F&& call) {
  const auto thrown = [&](const std::string& what) {
    fail(std::string("called ") + function, "no exception leaves a function of the plugin",
         what + " left it", "catch all that can be thrown and turn it into a sluice_error");
  };
  try {
    return call();
  } catch (const Failure&) {
    throw;
  } catch (const Skip&) {
    throw;
  } catch (const std::exception& exception) {
    thrown("the exception " + shown(exception.what()));
  } catch (...) {
    thrown("an exception");
  }
  std::terminate();  // not reached: thrown() throws
}
template <class F>
auto guarded(const char* function, F&& call) {
  struct Noted {
    explicit Noted(const char* name) { note::calling(name); }
    ~Noted() { note::calling(""); }
  };
  const Noted noted(function);
  return unnoted(function, std::forward<F>(call));
}

// A library that is open. Throws Skip if it cannot be used: the checks of scope `file` say why.
class Library {
 public:
  explicit Library(const std::string& file);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // Calls init() if there is one. Throws Failure if that fails badly, Skip if it only fails.
  void initialise(Host& host, bool errorsAreChecked = false);
  void deinitialise();
  void close();
  const sluice_library& table() const noexcept { return *table_; }
  // Those that can be read.
  std::vector<const sluice_component*> components() const;

 private:
  std::string file_;
  void* handle_ = nullptr;
  const sluice_library* table_ = nullptr;
};

// dlopen() with NOW and LOCAL. Throws Skip if that fails.
void* openFile(const std::string& file);
using Entry = const sluice_library* (*)(std::uint32_t);
Entry entryOf(void* handle);

// An instance, retired and destroyed with this object.
class Instance {
 public:
  // NULL is not an error here: ask error().
  Instance(const sluice_component& component, const Host& host, std::string_view settings);
  ~Instance();
  Instance(Instance&& other) noexcept;
  Instance& operator=(Instance&&) = delete;

  explicit operator bool() const noexcept { return instance_ != nullptr; }
  const sluice_instance* get() const noexcept { return instance_; }
  const sluice_error& error() const noexcept { return error_; }
  template <class Table>
  const Table* table(const char* id) const {
    return static_cast<const Table*>(guarded(
        "sluice_instance.get_extension", [&] { return instance_->get_extension(instance_, id); }));
  }

 private:
  const sluice_instance* instance_ = nullptr;
  sluice_error error_;
};

class Bench {
 public:
  explicit Bench(const Options& given) : options(given) {}

  const Options& options;
  // When the check began; it has options.timeout.
  const std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::string file() const { return options.file; }

  // Of every scope but `file`.
  Library* library = nullptr;
  Host* host = nullptr;
  const sluice_component* component = nullptr;
  std::string id;  // the component's

  // Of scopes with an instance. Tables that the component does not have are NULL.
  const sluice_instance* instance = nullptr;
  std::string settings;  // that it was created with
  const sluice_codec* codec = nullptr;
  const sluice_direct* direct = nullptr;
  const sluice_strategy* strategy = nullptr;
  const sluice_memory* memory = nullptr;

  // The settings to create the component with; nothing: it needs some, and none are given.
  std::optional<std::string> settingsFor(const sluice_component& of,
                                         const std::string& secret = {}) const;
};

// What is wrong with an error that a function filled which returned `status`; empty: nothing.
std::string faultOfError(sluice_status status, const sluice_error& error);

}  // namespace sluice::check
