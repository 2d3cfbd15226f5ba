#include "config/include.hpp"

#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>
#include <utility>

#include "config/document.hpp"
#include "config/expand.hpp"
#include "config/merge.hpp"

namespace sluice::config {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kMaxDepth = 8;
constexpr std::size_t kMaxFiles = 256;

// The files a pattern stands for, in order of their names. A pattern without wildcards stands for
// itself, whether the file is there or not.
std::vector<std::string> matching(const std::string& pattern) {
  if (pattern.find_first_of("*?[") == pattern.npos) return {pattern};
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return files;
}

fs::path identity(const fs::path& path) {
  std::error_code failure;
  const fs::path whole = fs::weakly_canonical(path, failure);
  return failure ? path.lexically_normal() : whole;
}

class Assembly {
 public:
  Assembly(bool follow, const Texts& instead, const Lookup& lookup, Report& report)
      : follow_(follow), instead_(instead), lookup_(lookup), report_(report) {}

  Assembled run(std::uint32_t file, const fs::path& path) {
    if (!path.empty()) {
      included_.emplace(identity(path), Mark{file, 1, 1});
      open_.push_back(identity(path));
    }
    return {read(file, 0), whole_};
  }

 private:
  Node read(std::uint32_t file, unsigned depth) {
    std::optional<Node> parsed = parseDocument(report_, file);
    if (!parsed) {
      whole_ = false;
      return emptyRoot(file);
    }
    Node root = std::move(*parsed);
    if (root.isNull()) root = emptyRoot(file);
    if (root.kind != Node::Kind::map) {
      report_.fault(root.mark, "a configuration is a map: 'server:', 'providers:', ...");
      whole_ = false;
      return emptyRoot(file);
    }
    expandVariables(root, lookup_, report_);
    if (const Node::Entry* const entry = root.find("include")) {
      const Node includes = entry->value;
      std::erase_if(root.entries, [](const Node::Entry& e) { return e.key == "include"; });
      takeIn(includes, root, depth);
    }
    return root;
  }

  static Node emptyRoot(std::uint32_t file) {
    Node root;
    root.kind = Node::Kind::map;
    root.mark = {file, 1, 1};
    return root;
  }

  void takeIn(const Node& includes, Node& root, unsigned depth) {
    if (includes.isNull() || includes.broken) return;
    if (includes.kind != Node::Kind::list) {
      report_.fault(includes.mark, "include must be a list of files");
    } else if (!follow_) {
      report_.fault(includes.mark, "files cannot be included here");
    } else {
      for (const Node& item : includes.items) takeInOne(item, root, depth);
    }
  }

  void takeInOne(const Node& item, Node& root, unsigned depth) {
    if (item.broken || (item.replaced && item.text.empty() && item.unset.empty())) return;
    if (item.kind != Node::Kind::scalar || item.isNull()) {
      report_.fault(item.mark, "include must be a list of files");
      return;
    }
    for (const std::string& name : item.unset) {
      report_.fault(item.mark, "include needs the variable " + name + ", which is not set");
    }
    if (!item.unset.empty()) return;
    if (depth >= kMaxDepth) {
      report_.fault(item.mark, "files are included more than 8 deep");
      return;
    }
    const fs::path directory = fs::path(report_.fileName(item.mark.file)).parent_path();
    for (const std::string& file : matching((directory / item.text).string())) {
      takeInFile(fs::path(file).lexically_normal(), item.mark, root, depth);
    }
  }

  void takeInFile(const fs::path& path, Mark from, Node& root, unsigned depth) {
    const auto [first, fresh] = included_.emplace(identity(path), from);
    if (std::find(open_.begin(), open_.end(), first->first) != open_.end()) {
      report_.fault(from, "'" + path.string() +
                              "' is being read: files include each other in a "
                              "circle");
      return;
    }
    if (!fresh) {
      report_.fault(from, "'" + path.string() + "' is included twice: it is already taken in by " +
                              report_.where(first->second));
      return;
    }
    if (included_.size() > kMaxFiles) {
      if (included_.size() == kMaxFiles + 1) report_.fault(from, "more than 256 files");
      return;
    }
    Result<std::string> text = readText(path, instead_);
    if (!text) {
      report_.fault(from, "'" + path.string() + "' cannot be included: " + text.error().message);
      whole_ = false;
      return;
    }
    open_.push_back(first->first);
    mergeInto(root, read(report_.addFile(path.string(), *std::move(text)), depth + 1), report_);
    open_.pop_back();
  }

  bool follow_;
  const Texts& instead_;
  const Lookup& lookup_;
  Report& report_;
  bool whole_ = true;
  std::map<fs::path, Mark> included_;  // by which entry
  std::vector<fs::path> open_;         // being read, each including the next
};

}  // namespace

Result<std::string> readText(const fs::path& file) {
  std::error_code failure;
  if (fs::is_directory(file, failure)) return Error{"it is a directory"};
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{std::system_category().message(errno)};
  std::string text(kMaxFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return Error{std::system_category().message(errno)};
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  return text;
}

Result<std::string> readText(const fs::path& file, const Texts& instead) {
  const auto found = instead.find(identity(file));
  return found == instead.end() ? readText(file) : Result<std::string>(found->second);
}

Assembled assemble(std::uint32_t file, const fs::path& path, bool followIncludes,
                   const Texts& instead, const Lookup& lookup, Report& report) {
  return Assembly(followIncludes, instead, lookup, report).run(file, path);
}

}  // namespace sluice::config
