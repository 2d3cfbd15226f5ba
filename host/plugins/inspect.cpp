#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file_descriptor.hpp"
#include "base/json.hpp"
#include "plugins/component.hpp"
#include "plugins/library.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins {

namespace fs = std::filesystem;

std::vector<std::string> filesIn(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code failure;
  for (fs::directory_iterator it(directory, failure), end; !failure && it != end;
       it.increment(failure)) {
    std::error_code ignored;
    if (it->path().extension() == ".so" && it->is_regular_file(ignored)) {
      files.push_back(it->path().string());
    }
  }
  std::ranges::sort(files);
  return files;
}

Result<LibraryInfo> inspect(const std::string& file) {
  std::error_code ignored;
  const std::string path = fs::absolute(file, ignored).lexically_normal().string();
  auto content = readContent(path);
  if (!content) return Error{path + ": " + content.error().message};
  const auto copies = Copies::temporary();
  if (!copies) return copies.error();
  auto image = LibraryImage::open(*std::move(content), **copies);
  if (!image) return Error{path + ": " + image.error().message};
  Description found = describe(path, image->content(), image->table());
  if (found.problems.empty()) return std::move(found.info);
  std::string all = path + ": ";
  for (const std::string& problem : found.problems) {
    if (&problem != &found.problems.front()) all += "; ";
    all += problem;
  }
  return Error{all};
}

int printInfo(const std::string& file) {
  const FileDescriptor out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!out) return 1;
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  const auto info = inspect(file);
  std::string text;
  if (info) text = toJson(*info);
  else json::Writer(text).beginObject().key("error").string(info.error().message).endObject();
  text += '\n';
  const bool written = writeAll(out.get(), text);
  ::dup2(out.get(), STDOUT_FILENO);
  return info && written ? 0 : 1;
}

}  // namespace sluice::plugins
