// Library: a plugin library that is open and initialised, shared by all who want the same content
// at the same path. LibraryImage: a library opened and checked but not initialised.
// Threads: any. Opening blocks. The last owner leaves deinit() and unmapping to the control thread.
#pragma once

#include <sluice/plugin.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/model.hpp"
#include "plugins/copies.hpp"
#include "plugins/file_content.hpp"
#include "plugins/host_table.hpp"
#include "plugins/instance.hpp"
#include "plugins/mapped_file.hpp"
#include "plugins/plugin_call.hpp"

namespace sluice::plugins {

class LibraryImage {
 public:
  // Code that was refused may stay mapped for good: a content that was refused at a path is not
  // mapped there again, and gets the same answer. Errors: the reason alone, without the file's
  // name.
  static Result<LibraryImage> open(FileContent content, const Copies& copies);
  LibraryImage(LibraryImage&&) = default;
  LibraryImage& operator=(LibraryImage&&) = delete;
  ~LibraryImage();  // unmaps only what promised that this is safe

  const FileContent& content() const noexcept { return content_; }
  const sluice_library& table() const noexcept { return *table_; }
  bool mayUnload() const noexcept;

 private:
  LibraryImage(FileContent content, std::shared_ptr<MappedFile> mapped)
      : content_(std::move(content)), mapped_(std::move(mapped)) {}
  std::optional<Error> ask();
  FileContent content_;
  std::shared_ptr<MappedFile> mapped_;
  const sluice_library* table_ = nullptr;
};

class Library {
 public:
  // `path`: where the file that the configuration names is. `trust`: whose files are opened.
  // `generation`: that wants it. Errors: the reason alone, without the file's name.
  static Result<std::shared_ptr<Library>> open(const config::PluginFile& file,
                                               const std::string& path, const config::Trust& trust,
                                               const Copies& copies, std::uint64_t generation);
  // All that are open now, those included that only drain.
  static std::vector<std::shared_ptr<Library>> live();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const FileContent& content() const noexcept { return image_.content(); }
  const sluice_library& table() const noexcept { return image_.table(); }
  std::mutex& control() noexcept { return control_; }  // held during a [control] call
  CallStats& stats() noexcept { return stats_; }
  const std::string& file() const noexcept { return file_; }  // as configured, absolute
  std::uint64_t since() const noexcept { return since_; }     // the generation that opened it
  void add(std::weak_ptr<const Instance> instance);
  std::vector<std::shared_ptr<const Instance>> instances() const;  // that are not yet destroyed

 private:
  Library(LibraryImage image, std::string file, std::uint64_t generation);
  std::optional<Error> initialise();

  LibraryImage image_;
  std::shared_ptr<HostTable> host_;
  CallStats stats_;
  CallSite site_;
  std::mutex control_;
  bool initialised_ = false;
  const std::string file_;
  const std::uint64_t since_;
  mutable std::mutex instancesMutex_;
  std::vector<std::weak_ptr<const Instance>> instances_;
};

}  // namespace sluice::plugins
