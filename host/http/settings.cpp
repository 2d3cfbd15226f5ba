#include "http/settings.hpp"

#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "io/tls.hpp"

namespace sluice::http {

namespace {

std::optional<std::string> readFile(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<Error> readTls(const config::TlsFiles& files, Settings& into) {
  if (files.certificate.empty() && files.key.empty()) return std::nullopt;
  if (files.certificate.empty() || files.key.empty()) {
    return Error{"server.tls needs both a certificate and a key"};
  }
  auto certificate = readFile(files.certificate);
  if (!certificate) return Error{"server.tls.certificate: cannot read " + files.certificate};
  auto key = readFile(files.key);
  if (!key) return Error{"server.tls.key: cannot read " + files.key};
  try {
    static_cast<void>(io::TlsContext::server(*certificate, *key));
  } catch (const std::runtime_error& error) {
    return Error{"server.tls: " + files.certificate + " with " + files.key + ": " + error.what()};
  }
  into.certificatePem = std::move(*certificate);
  into.keyPem = std::move(*key);
  return std::nullopt;
}

}  // namespace

Result<std::shared_ptr<const Settings>> makeSettings(const config::Server& server,
                                                     const config::Auth& auth) {
  auto made = std::make_shared<Settings>(server, auth);
  if (auto error = readTls(server.tls, *made)) return std::move(*error);
  return std::shared_ptr<const Settings>(std::move(made));
}

}  // namespace sluice::http
