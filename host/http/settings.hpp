// Settings: what of the configuration concerns the HTTP face, prepared for use. A reload makes new
// ones; a request is judged by those that were in force when its head was whole.
// Threads: immutable; shared by all loops.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "config/model.hpp"
#include "http/auth.hpp"
#include "http/browser.hpp"

namespace sluice::http {

struct Settings {
  Settings(const config::Server& server, const config::Auth& auth)
      : limits(server), access(auth), browsers(server, auth.mode) {}

  config::Server limits;
  Access access;
  BrowserRules browsers;
  std::string certificatePem;  // leaf first; empty: no TLS
  std::string keyPem;
};

// Reads and checks the TLS files. The error names the file.
Result<std::shared_ptr<const Settings>> makeSettings(const config::Server& server,
                                                     const config::Auth& auth);

}  // namespace sluice::http
