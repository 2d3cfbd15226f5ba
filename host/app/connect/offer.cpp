#include "app/connect/offer.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "app/banner.hpp"
#include "config/environment.hpp"

namespace sluice::app {

namespace {

using Targets = std::span<const calls::Target>;

// The smallest of those that are known.
template <class T>
std::optional<T> smallest(Targets targets, std::optional<T> config::Model::* fact) {
  std::optional<T> found;
  for (const calls::Target& target : targets) {
    if (target.facts == nullptr || !(target.facts->*fact)) continue;
    const T value = *(target.facts->*fact);
    found = found ? std::min(*found, value) : value;
  }
  return found;
}

// What all of them say alike.
template <class T>
std::optional<T> agreed(Targets targets, std::optional<T> config::Model::* fact) {
  std::optional<T> found;
  for (const calls::Target& target : targets) {
    if (target.facts == nullptr || !(target.facts->*fact)) return std::nullopt;
    if (found && *found != *(target.facts->*fact)) return std::nullopt;
    found = target.facts->*fact;
  }
  return found;
}

// One that cannot makes it unable; all must be able.
std::optional<bool> ability(Targets targets, std::optional<bool> config::Model::* fact) {
  const bool lacking = std::ranges::any_of(targets, [fact](const calls::Target& target) {
    return target.facts != nullptr && target.facts->*fact == false;
  });
  return lacking ? std::optional(false) : agreed(targets, fact);
}

config::Model common(Targets targets) {
  using Facts = config::Model;
  Facts facts;
  facts.context = smallest(targets, &Facts::context);
  facts.maxOutput = smallest(targets, &Facts::maxOutput);
  facts.input = agreed(targets, &Facts::input);
  facts.output = agreed(targets, &Facts::output);
  facts.cacheRead = agreed(targets, &Facts::cacheRead);
  facts.cacheWrite = agreed(targets, &Facts::cacheWrite);
  facts.tools = ability(targets, &Facts::tools);
  facts.vision = ability(targets, &Facts::vision);
  facts.reasoning = ability(targets, &Facts::reasoning);
  return facts;
}

std::vector<OfferedModel> listedModels(const calls::Generation& generation) {
  std::vector<OfferedModel> models;
  for (const calls::ListedModel& listed : generation.models()) {
    OfferedModel model{listed.id, {}};
    if (listed.virtualModel != nullptr) model.facts = common(listed.virtualModel->targets);
    else if (listed.facts != nullptr) model.facts = *listed.facts;
    models.push_back(std::move(model));
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
  models.push_back({wanted, common(resolution.targets())});
  return models.back();
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
  return offer;
}

}  // namespace sluice::app
