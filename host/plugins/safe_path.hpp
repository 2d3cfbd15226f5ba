// Whether others than root and the user this runs as can change what a path leads to: the file or
// directory itself, every directory above it, and every symbolic link on the way.
// Threads: any; reads the file system and the user database.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"

namespace sluice::plugins {

// The first that others can change, with whose it is, its mode, and the command that mends it. A
// path that cannot be followed to its end is no fault of this kind: nothing.
//
// Everything must be owned by root or by this process's user, and not be writable by others. Two
// things are allowed: a directory with the sticky bit that is not the path's last part, since there
// only the owner of an entry may replace it; and write permission for the owner's own group, one
// that has the owner's name and no other member, as where the umask is 002.
std::optional<Error> faultOfPath(const std::string& path);

}  // namespace sluice::plugins
