#include "plugins/safe_path.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <vector>

namespace sluice::plugins {

namespace {

namespace fs = std::filesystem;

constexpr unsigned kMostLinks = 40;
constexpr std::size_t kMostUserData = std::size_t{64} * 1024;

std::string userName(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> space(kMostUserData);
  if (::getpwuid_r(uid, &entry, space.data(), space.size(), &found) != 0 || found == nullptr) {
    return "user " + std::to_string(uid);
  }
  return found->pw_name;
}

// Whether it is the group that another user's account names: such members stand in no list.
bool isPrimaryOfAnother(gid_t gid, uid_t owner) {
  static std::mutex mutex;  // the user database is read from one place a process
  const std::lock_guard lock(mutex);
  std::vector<char> space(kMostUserData);
  passwd entry{};
  passwd* found = nullptr;
  bool another = false;
  ::setpwent();
  while (!another && ::getpwent_r(&entry, space.data(), space.size(), &found) == 0) {
    another = found->pw_gid == gid && found->pw_uid != owner;
  }
  ::endpwent();
  return another;
}

// A group of the owner's name that nobody else is in.
bool isOwnersOwn(gid_t gid, uid_t owner) {
  group entry{};
  group* found = nullptr;
  std::vector<char> space(kMostUserData);
  if (::getgrgid_r(gid, &entry, space.data(), space.size(), &found) != 0 || found == nullptr) {
    return false;
  }
  const std::string name = userName(owner);
  if (name != found->gr_name) return false;
  for (char** member = found->gr_mem; *member != nullptr; ++member) {
    if (name != *member) return false;
  }
  return !isPrimaryOfAnother(gid, owner);
}

std::string modeOf(const struct stat& status) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", status.st_mode & 07777U);
  return text.data();
}

// `end`: the path leads here, and not only through here.
std::optional<Error> faultOf(const fs::path& path, const struct stat& status, bool end) {
  const std::string name = path.string();
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return Error{name + " belongs to " + userName(status.st_uid) + " (mode " + modeOf(status) +
                 "), who could change what is opened; it must belong to root or to " +
                 userName(::geteuid()) + ": chown " + userName(::geteuid()) + ' ' + name};
  }
  if (S_ISLNK(status.st_mode)) return std::nullopt;  // its mode means nothing
  const bool sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0 && !end;
  const bool byAll = (status.st_mode & S_IWOTH) != 0;
  const bool byGroup =
      (status.st_mode & S_IWGRP) != 0 && !isOwnersOwn(status.st_gid, status.st_uid);
  if (sticky || (!byAll && !byGroup)) return std::nullopt;
  const bool groupBit = (status.st_mode & S_IWGRP) != 0;
  const char* const who = byAll ? "everyone" : "its group";
  const char* const bits = !byAll ? "g-w" : (groupBit ? "go-w" : "o-w");
  return Error{name + " can be written to by " + who + " (it belongs to " +
               userName(status.st_uid) + ", mode " + modeOf(status) + "): chmod " + bits + ' ' +
               name};
}

// Goes down a path, link by link.
class Walk {
 public:
  explicit Walk(const fs::path& path) { push(path); }

  std::optional<Error> run() {
    if (auto fault = look(at_)) return fault;
    while (!ahead_.empty() && followed_) {
      const fs::path part = ahead_.front();
      ahead_.pop_front();
      if (part.empty() || part == ".") continue;
      if (part == "..") at_ = at_.parent_path();
      else if (auto fault = look(at_ / part)) return fault;
    }
    struct stat status{};
    if (!followed_ || ::lstat(at_.c_str(), &status) != 0) return std::nullopt;
    return faultOf(at_, status, true);
  }

 private:
  void push(const fs::path& path) {
    const fs::path below = path.relative_path();
    ahead_.insert(ahead_.begin(), below.begin(), below.end());
  }

  // Checks one entry and goes there.
  std::optional<Error> look(const fs::path& entry) {
    struct stat status{};
    if (::lstat(entry.c_str(), &status) != 0) {
      followed_ = false;
      return std::nullopt;
    }
    if (auto fault = faultOf(entry, status, false)) return fault;
    if (!S_ISLNK(status.st_mode)) {
      at_ = entry;
      return std::nullopt;
    }
    std::error_code failure;
    const fs::path target = fs::read_symlink(entry, failure);
    followed_ = !failure && ++links_ <= kMostLinks;
    if (target.is_absolute()) at_ = "/";
    push(target);
    return std::nullopt;
  }

  fs::path at_ = "/";
  std::deque<fs::path> ahead_;
  unsigned links_ = 0;
  bool followed_ = true;
};

}  // namespace

std::optional<Error> faultOfPath(const std::string& path) {
  std::error_code failure;
  const fs::path whole = fs::absolute(path, failure);
  if (failure) return std::nullopt;
  return Walk(whole).run();
}

}  // namespace sluice::plugins
