// What the tests share: the plugins of testing/, a log that can be read, directories that go away.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "plugins/control.hpp"
#include "plugins/log.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins::test {

namespace fs = std::filesystem;

// What the environment says in place of what was built here: tests/abi runs these tests with
// plugins that were built against the header of another version.
inline std::string placeFrom(const char* variable, const char* otherwise) {
  const char* value = std::getenv(variable);
  return value == nullptr ? otherwise : value;
}
inline std::string testPlugins() { return placeFrom("SLUICE_TEST_PLUGINS", SLUICE_TEST_PLUGINS); }
inline std::string buildDirectory() { return placeFrom("SLUICE_TEST_BUILD", SLUICE_BUILD_DIR); }

inline std::string pluginFile(const std::string& stem) {
  return testPlugins() + '/' + stem + ".so";
}

// Collects what plugins log, as "plugin: message", while it lives.
class Log {
 public:
  Log() {
    waitForRetired();  // of the test before
    setLogSink([this](int level, std::string_view plugin, std::string_view message) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::string(plugin) + ": " + std::string(message));
      levels_.push_back(level);
      threads_.push_back(std::this_thread::get_id());
      changed_.notify_all();
    });
  }
  ~Log() {
    waitForRetired();
    setLogSink({});
  }
  // Once everything without an owner has been destroyed.
  std::vector<std::string> lines() {
    waitForRetired();
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Waits until it has been logged.
  void await(std::string_view line) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::ranges::find(lines_, line) != lines_.end(); });
  }
  long count(std::string_view line) {
    const auto all = lines();
    return std::count(all.begin(), all.end(), line);
  }
  std::vector<int> levels() {
    const std::lock_guard lock(mutex_);
    return levels_;
  }
  // The threads that logged, one a line.
  std::vector<std::thread::id> threads() {
    const std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<int> levels_;
  std::vector<std::thread::id> threads_;
};

class TempDirectory {
 public:
  TempDirectory() {
    std::string pattern = (fs::temp_directory_path() / "sluice-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDirectory() { fs::remove_all(path_); }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }
  const std::string& path() const { return path_; }
  // As a careful installation does it: a new file takes the old one's name.
  void install(const std::string& stem, const std::string& as) const {
    fs::copy_file(pluginFile(stem), path_ + "/.new");
    fs::rename(path_ + "/.new", path_ + '/' + as + ".so");
  }

 private:
  std::string path_;
};

// While it lives, temporary files go into a directory of its own.
struct OwnTmp {
  OwnTmp() { ::setenv("TMPDIR", directory.path().c_str(), 1); }
  ~OwnTmp() {
    if (before.empty()) ::unsetenv("TMPDIR");
    else ::setenv("TMPDIR", before.c_str(), 1);
  }
  OwnTmp(const OwnTmp&) = delete;
  OwnTmp& operator=(const OwnTmp&) = delete;
  long count() const {
    return std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator());
  }
  const TempDirectory directory;
  const std::string before = placeFrom("TMPDIR", "");
};

struct Opened {
  std::shared_ptr<const Registry> registry;
  std::vector<std::string> problems;
};

inline Opened openPlugins(const std::vector<std::string>& stems,
                          const std::string& directory = testPlugins(),
                          const std::shared_ptr<const Copies>& copies = nullptr) {
  config::Plugins wanted;
  for (const std::string& stem : stems) wanted.enable.push_back({stem, "", ""});
  std::vector<Registry::Problem> problems;
  Opened opened;
  opened.registry = Registry::open(wanted, directory, problems, copies);
  for (const auto& problem : problems) opened.problems.push_back(problem.message);
  return opened;
}

// A component of one of the test plugins, as an instance called "it".
inline std::shared_ptr<const Instance> makeInstance(const std::string& stem, std::string_view id,
                                                    const std::string& settings = "{}",
                                                    Kind kind = Kind::provider) {
  const Opened opened = openPlugins({stem});
  auto made = opened.registry->create(kind, id, "it", settings);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *made : nullptr;
}

// What must be there.
template <class T>
T must(const std::optional<T>& value) {
  EXPECT_TRUE(value) << "there is none";
  return value.value_or(T{});
}

// Keeps text and the rest of what it is given in words.
struct Recorder : ChunkSink {
  Answer push(const Chunk& chunk) noexcept override {
    text += chunk.text;
    last = chunk;
    if (chunk.usage != nullptr) usage = *chunk.usage;
    ++count;
    return answer;
  }
  std::string text;
  Chunk last;
  Usage usage;
  int count = 0;
  Answer answer = Answer::more;
};

}  // namespace sluice::plugins::test
