#include "app/banner.hpp"

#include "app/version.hpp"

namespace sluice::app {

std::string listenUrl(const config::Config& config, std::uint16_t port) {
  const std::string& host = config.server.host;
  const bool bare = host.find(':') != host.npos && host.front() != '[';
  return std::string(config.server.tls.certificate.empty() ? "http://" : "https://") +
         (bare ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string banner(const calls::Generation& generation, const std::string& url) {
  std::string text = "sluice " + std::string(kVersion) +
                     "\nconfiguration: " + generation.config().source + "\nplugins:";
  const char* before = " ";
  for (const plugins::LibraryInfo& library : generation.registry().libraries()) {
    text += before + library.stem + " " + library.version;
    before = ", ";
  }
  std::string on, off;
  for (const auto& provider : generation.providers()) {
    if (provider->instance) on += (on.empty() ? "" : ", ") + provider->config->name;
    else off += "\n  " + provider->config->name + ": " + provider->offBecause;
  }
  text += "\nproviders on: " + (on.empty() ? "none" : on);
  if (!off.empty()) text += "\nproviders off:" + off;
  text += "\nlistening on " + url + "\n";
  return text;
}

}  // namespace sluice::app
