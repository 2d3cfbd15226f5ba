#include "config/checks.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "config/address.hpp"
#include "config/fault.hpp"

namespace sluice::config {

namespace {

std::string indexed(const std::string& list, std::size_t i, const char* rest = "") {
  return list + '[' + std::to_string(i) + ']' + rest;
}

class Checks {
 public:
  Checks(const Config& config, const Places& places, Report& report)
      : config_(config), places_(places), report_(report) {
    for (const Provider& provider : config.providers) {
      providers_.push_back(provider.name);
      known_.insert(provider.name);
    }
  }

  void run() {
    door();
    tls();
    files();
    plugins();
    models();
    routes();
    for (const VirtualModel& model : config_.virtualModels) virtualModel(model);
  }

 private:
  // Where a value was written; the nearest thing around it if it was left out.
  Mark at(std::string path) const {
    for (;;) {
      const auto found = places_.find(path);
      if (found != places_.end()) return found->second;
      const std::size_t dot = path.find_last_of(".[");
      if (dot == path.npos) return {mainFile(), 1, 1};
      path.resize(dot);
    }
  }

  std::uint32_t mainFile() const {
    const auto any = places_.find("");
    return any == places_.end() ? 0 : any->second.file;
  }

  void door() {
    const Auth& auth = config_.auth;
    if (auth.mode == AuthMode::keys && auth.clientKeys.empty()) {
      report_.fault(at("auth.mode"), "auth.mode is keys, but auth.client_keys holds no key");
    }
    if (auth.mode != AuthMode::open || isLoopback(config_.server.host)) return;
    if (auth.openOnNetwork) {
      report_.notice(at("server.listen"),
                     "anyone who reaches " + config_.server.host + " may call: auth.mode is open");
      return;
    }
    report_.fault(at("server.listen"),
                  "server.listen is an address that other machines reach, and no key is asked "
                  "for: set auth.client_keys, listen on 127.0.0.1, or say auth.open_on_network: "
                  "true");
  }

  void tls() {
    const TlsFiles& tls = config_.server.tls;
    if (tls.certificate.empty() == tls.key.empty()) return;
    report_.fault(at("server.tls"), "server.tls needs both 'certificate' and 'key'");
  }

  void files() {
    file("server.tls.certificate", config_.server.tls.certificate);
    file("server.tls.key", config_.server.tls.key);
    file("upstream.ca_file", config_.upstream.caFile);
  }

  void file(const std::string& path, const std::string& name) {
    std::error_code failure;
    if (name.empty() || std::filesystem::is_regular_file(name, failure)) return;
    report_.fault(at(path), path + ": there is no file '" + name + "'");
  }

  void plugins() {
    std::unordered_map<std::string, std::size_t> seen;
    const std::vector<PluginFile>& enabled = config_.plugins.enable;
    for (std::size_t i = 0; i < enabled.size(); ++i) {
      if (enabled[i].stem.empty()) continue;
      const auto [first, fresh] = seen.emplace(enabled[i].stem, i);
      if (fresh) continue;
      report_.fault(
          at(indexed("plugins.enable", i)),
          "plugin '" + enabled[i].stem + "' is already enabled at " + enabled[first->second].where);
    }
    const Trust& trust = config_.plugins.trust;
    if (trust.require && trust.publishers.empty()) {
      report_.notice(at("plugins.trust.require"),
                     "plugins.trust.require is true, but plugins.trust.publishers names nobody: "
                     "only files that are pinned by sha256 will be opened");
    }
  }

  // `name` must be a provider's.
  void provider(const std::string& name, const std::string& path) {
    if (name.empty() || known_.contains(name)) return;
    const std::string hint = report_.full() ? "" : didYouMean(name, providers_);
    report_.fault(at(path), path + " names the provider '" + name + "', which is not there" + hint);
  }

  void models() {
    for (const Model& model : config_.models) {
      provider(model.provider, "models." + model.provider + '/' + model.name);
    }
  }

  void routes() {
    std::unordered_map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < config_.routes.size(); ++i) {
      const Route& route = config_.routes[i];
      provider(route.provider, indexed("routes", i, ".provider"));
      const auto [first, fresh] = seen.emplace(route.match + ' ' + route.provider, i);
      if (fresh || route.match.empty()) continue;
      report_.notice(at(indexed("routes", i)), "'" + route.match + "' is never reached: " +
                                                   config_.routes[first->second].where +
                                                   " comes first");
    }
  }

  void virtualModel(const VirtualModel& model) {
    const std::string path = "virtual_models." + model.name;
    const std::size_t slash = model.name.find('/');
    if (slash != model.name.npos && known_.contains(model.name.substr(0, slash))) {
      report_.fault(at(path), "virtual model '" + model.name +
                                  "' would hide a model of the provider '" +
                                  model.name.substr(0, slash) + "'; choose another name");
    }
    std::unordered_set<std::string> seen;
    for (std::size_t i = 0; i < model.targets.size(); ++i) {
      const Target& target = model.targets[i];
      const std::string targetPath = indexed(path + ".targets", i);
      provider(target.provider, targetPath);
      if (target.provider.empty()) continue;
      if (seen.insert(target.provider + '/' + target.model).second) continue;
      report_.notice(at(targetPath),
                     path + " names " + target.provider + '/' + target.model + " twice");
    }
  }

  const Config& config_;
  const Places& places_;
  Report& report_;
  std::vector<std::string_view> providers_;
  std::unordered_set<std::string> known_;
};

}  // namespace

void checkConfig(const Config& config, const Places& places, Report& report) {
  Checks(config, places, report).run();
}

}  // namespace sluice::config
