#include "app/connect/offer.hpp"

#include <algorithm>

#include "app/banner.hpp"
#include "config/environment.hpp"

namespace sluice::app {

namespace {

std::vector<OfferedModel> listedModels(const calls::Generation& generation) {
  std::vector<OfferedModel> models;
  for (const calls::ListedModel& listed : generation.models()) {
    models.push_back({listed.id, calls::factsOf(listed)});
  }
  return models;
}

// Host, port and path of characters that need no quoting in any client's file.
bool isPlainUrl(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == url.npos || host + 3 == url.size() || url[host + 3] == '/') return false;
  const std::string_view scheme = url.substr(0, host);
  return (scheme == "http" || scheme == "https") &&
         url.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "-._~:/[]%") == url.npos;
}

Result<std::string> urlOf(const config::Config& config, const std::string& wanted) {
  if (!wanted.empty()) {
    std::string url = wanted;
    if (!isPlainUrl(url)) {
      return Error{"--url '" + url + "' must be like http://host:8090, without user or query"};
    }
    while (url.ends_with('/')) url.pop_back();
    if (url.ends_with("/v1")) url.resize(url.size() - 3);
    return url;
  }
  if (config.server.port == 0) {
    return Error{"server.listen takes a free port: tell where the gateway is with --url"};
  }
  // What listens at every address is reached at this machine's own.
  config::Config reached = config;
  if (reached.server.host == "0.0.0.0") reached.server.host = "127.0.0.1";
  if (reached.server.host == "::") reached.server.host = "::1";
  return listenUrl(reached, config.server.port);
}

// Puts a model that may be asked for, but is not listed, at the end of the list.
Result<OfferedModel> choose(const calls::Generation& generation, const std::string& wanted,
                            std::vector<OfferedModel>& models) {
  if (wanted.empty()) {
    if (models.empty()) {
      return Error{
          "there is no model to offer: no provider is on whose models are known; sluice "
          "check tells why"};
    }
    const auto usual = std::ranges::find(models, "auto", &OfferedModel::id);
    return usual == models.end() ? models.front() : *usual;
  }
  const auto listed = std::ranges::find(models, wanted, &OfferedModel::id);
  if (listed != models.end()) return *listed;
  calls::Problem problem;
  const calls::Resolution resolution = generation.resolve(wanted, problem);
  if (resolution.targets().empty()) return Error{"--model: " + problem.message};
  models.push_back({wanted, calls::sharedFacts(resolution.targets())});
  return models.back();
}

bool has(const std::vector<config::VirtualModel>& models, std::string_view name) {
  return std::ranges::find(models, name, &config::VirtualModel::name) != models.end();
}

std::vector<std::string> noticesOf(const config::Config& config, const Offer& offer, bool usual) {
  std::vector<std::string> notices;
  const std::string run = "; if the gateway runs with other variables, set them here too";
  if (!offer.needsKey) notices.push_back("no client key is set, so the client sends none" + run);
  if (usual && offer.chosen.id != "auto" && has(config.virtualModels, "auto")) {
    notices.push_back("no provider of auto is on, so the model is " + offer.chosen.id + run);
  }
  return notices;
}

}  // namespace

Result<Offer> offerOf(const calls::Generation& generation, const Options::Connect& wanted) {
  Offer offer;
  const config::Config& config = generation.config();
  auto url = urlOf(config, wanted.url);
  if (!url) return url.error();
  if (!config::isVariableName(wanted.keyVariable)) {
    return Error{"--key-variable '" + wanted.keyVariable + "' cannot be a variable's name"};
  }
  offer.url = *std::move(url);
  offer.keyVariable = wanted.keyVariable;
  offer.needsKey = config.auth.mode == config::AuthMode::keys;
  offer.models = listedModels(generation);
  auto chosen = choose(generation, wanted.model, offer.models);
  if (!chosen) return chosen.error();
  offer.chosen = *std::move(chosen);
  offer.notices = noticesOf(config, offer, wanted.model.empty());
  return offer;
}

}  // namespace sluice::app
