// Trust: whether a configuration lets a plugin file be opened. A file is judged by its content,
// before any of its code runs, and once more by what the library says of itself, before it starts.
// Threads: any; reads the signature file.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/model.hpp"
#include "plugins/registry.hpp"
#include "plugins/signature.hpp"

namespace sluice::plugins {

// Who stands in for a file's content.
struct Vouch {
  std::string publisher;               // its name in the configuration; empty: none of them
  bool pinned = false;                 // the operator, by the hash in the configuration
  std::optional<Statement> statement;  // of a genuine signature, whoever made it
};

// The signature lies beside `file`, or beside what it is a symbolic link to. `content` is the
// file's SHA-256; `pinned`: the configuration names it for this file. A pin is the
// operator's own word: no signature is looked for then. Else a signature that is broken, or is for
// another content, is an error, as is a floor that the signed version is under, and, where
// `require` is set, a file without a known publisher's signature. Errors: the reason alone.
Result<Vouch> vouchFor(const config::Trust& trust, const std::string& file,
                       const std::string& content, bool pinned);

// Whether the opened library is what was signed, and not under a floor.
std::optional<Error> faultOfOpened(const config::Trust& trust, const Vouch& vouch,
                                   const LibraryInfo& library);

}  // namespace sluice::plugins
