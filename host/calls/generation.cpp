#include "calls/generation.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "wire/url.hpp"

namespace sluice::calls {

namespace {

bool isLocal(const wire::Url& url) {
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

// The registry's message begins with the instance's name; here it stands elsewhere.
std::string reasonOf(const Error& error, const std::string& name) {
  const std::string before = name + ": ";
  return error.message.starts_with(before) ? error.message.substr(before.size()) : error.message;
}

// What a route's provider calls the model that was asked for.
std::string nameAt(const config::Route& route, std::string_view asked) {
  const std::string prefix = route.provider + "/";
  if (asked.starts_with(prefix)) asked.remove_prefix(prefix.size());
  std::string made = route.model;
  const std::size_t star = made.find('*');
  return star == made.npos ? made : made.replace(star, 1, asked);
}

Problem notFound(std::string message) {
  Problem made;
  made.status = 404;
  made.type = "invalid_request_error";
  made.code = "model_not_found";
  made.param = "model";
  made.message = std::move(message);
  return made;
}

}  // namespace

Generation::Generation(config::Config config, const Making& how)
    : config_(std::move(config)), proxies_(how.proxies), number_(how.number), lanes_(how.lanes) {}

std::shared_ptr<Generation> Generation::build(config::Config config, const Making& how,
                                              std::vector<Fault>& faults) {
  std::shared_ptr<Generation> made(new Generation(std::move(config), how));
  std::vector<plugins::Registry::Problem> problems;
  made->registry_ = plugins::Registry::open(made->config_.plugins, how.pluginDirectory, problems,
                                            how.copies, how.number);
  for (auto& problem : problems) faults.push_back({problem.where, std::move(problem.message)});
  made->createProviders(how, faults);
  made->createVirtualModels(how.before, faults);
  return made;
}

void Generation::createProviders(const Making& how, std::vector<Fault>& faults) {
  for (const config::Provider& config : config_.providers) {
    auto made = std::make_unique<Provider>();
    made->config = &config;
    made->proxies = &proxies_;
    made->offBecause = config.offBecause;
    if (config.on) {
      const Provider* old = how.before == nullptr ? nullptr : how.before->provider(config.name);
      auto instance = registry_->create(plugins::Kind::provider, config.component, config.name,
                                        config.settings, old == nullptr ? nullptr : old->instance);
      if (!instance) {
        made->offBecause = reasonOf(instance.error(), config.name);
        faults.push_back({config.where, "provider " + config.name + ": " + made->offBecause});
      } else if ((*instance)->hasCodec() && config.baseUrl.empty()) {
        made->offBecause = "it has no base_url";
        faults.push_back({config.where, "provider " + config.name + ": component " +
                                            config.component + " needs a base_url"});
      } else {
        made->instance = std::move(*instance);
      }
    }
    if (!config.baseUrl.empty()) {
      if (auto url = wire::parseUrl(config.baseUrl)) {  // checked by the configuration already
        made->local = isLocal(*url);
        made->endpoint.proxy = upstream::proxyFor(*url, how.proxies);
        made->endpoint.url = std::move(*url);
      }
    }
    providers_.push_back(std::move(made));
  }
}

void Generation::createVirtualModels(const Generation* before, std::vector<Fault>& faults) {
  for (const config::VirtualModel& config : config_.virtualModels) {
    auto made = std::make_unique<VirtualModel>();
    made->config = &config;
    std::shared_ptr<const plugins::Instance> old;
    if (before != nullptr) {
      const auto known = before->byName_.find(config.name);
      if (known != before->byName_.end()) old = known->second->strategy;
    }
    auto strategy = registry_->create(plugins::Kind::strategy, config.strategy, config.name,
                                      config.settings, old);
    if (!strategy) {
      faults.push_back({config.where, "virtual model " + config.name + ": " +
                                          reasonOf(strategy.error(), config.name)});
      continue;
    }
    made->strategy = std::move(*strategy);
    for (const config::Target& wanted : config.targets) {
      const Provider* at = provider(wanted.provider);
      if (at != nullptr && at->instance) made->targets.push_back(target(*at, wanted.model));
    }
    byName_.emplace(config.name, made.get());
    virtualModels_.push_back(std::move(made));
  }
}

std::vector<std::shared_ptr<const plugins::Instance>> Generation::instances() const {
  std::vector<std::shared_ptr<const plugins::Instance>> all;
  for (const auto& provider : providers_) {
    if (provider->instance) all.push_back(provider->instance);
  }
  for (const auto& model : virtualModels_) all.push_back(model->strategy);
  return all;
}

std::vector<std::shared_ptr<const plugins::Instance>> Generation::giveUp(const Generation& next) {
  auto leaving = instances();
  const auto kept = next.instances();
  std::erase_if(leaving, [&kept](const auto& one) {
    return std::find(kept.begin(), kept.end(), one) != kept.end();
  });
  for (const auto& provider : providers_) provider->instance.reset();
  for (const auto& model : virtualModels_) model->strategy.reset();
  registry_.reset();
  return leaving;
}

const Provider* Generation::provider(std::string_view name) const {
  for (const auto& one : providers_) {
    if (one->config->name == name) return one.get();
  }
  return nullptr;
}

const config::Model* Generation::facts(std::string_view provider, std::string_view model) const {
  for (const config::Model& one : config_.models) {
    if (one.provider == provider && one.name == model) return &one;
  }
  return nullptr;
}

Target Generation::target(const Provider& provider, std::string_view model) const {
  static const Secret kKeyless;
  Target made;
  made.provider = &provider;
  made.model = model;
  made.facts = facts(provider.config->name, model);
  for (const Secret& key : provider.config->keys) {
    made.lanes.push_back(lanes_.lane(provider.config->name, key, model));
  }
  if (made.lanes.empty()) made.lanes.push_back(lanes_.lane(provider.config->name, kKeyless, model));
  return made;
}

Resolution Generation::atProvider(const Provider& provider, std::string_view model,
                                  Problem& problem) const {
  if (!provider.instance) {
    const std::string& why = provider.offBecause;
    problem = notFound("provider '" + provider.config->name + "' is off" +
                       (why.empty() ? std::string() : ": " + why));
    return {};
  }
  // As a segment of a path it would name what stands above.
  if (model == "." || model == "..") {
    problem = notFound("no model is called '" + std::string(model) + "'");
    return {};
  }
  Resolution made;
  made.single = std::make_shared<const Target>(target(provider, model));
  return made;
}

Resolution Generation::resolveAt(std::string_view provider, std::string_view model,
                                 Problem& problem) const {
  const Provider* const at = this->provider(provider);
  if (at != nullptr) return atProvider(*at, model, problem);
  problem = notFound("there is no provider '" + std::string(provider) + "'");
  return {};
}

Resolution Generation::resolve(std::string_view name, Problem& problem) const {
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
  if (name.empty() || name.size() > 256 || !printable) {
    problem = notFound("a model's name has 1 to 256 characters, without blanks");
    return {};
  }
  if (const auto known = byName_.find(name); known != byName_.end()) {
    if (known->second->targets.empty()) {
      problem = noTargetOn(*known->second);
      return {};
    }
    Resolution made;
    made.virtualModel = known->second;
    return made;
  }
  const config::Route* matching = nullptr;
  for (const config::Route& route : config_.routes) {
    if (!text::matchesPattern(route.match, name)) continue;
    if (matching == nullptr) matching = &route;
    if (!provider(route.provider)->instance) continue;
    matching = &route;
    break;
  }
  if (matching != nullptr) {
    return atProvider(*provider(matching->provider), nameAt(*matching, name), problem);
  }
  const std::size_t slash = name.find('/');
  if (slash != name.npos && slash + 1 < name.size()) {
    if (const Provider* at = provider(name.substr(0, slash))) {
      return atProvider(*at, name.substr(slash + 1), problem);
    }
  }
  problem = unknownModel(name);
  return {};
}

// The same model at the provider whose name is nearest; empty if none is near.
std::string Generation::atNearestProvider(std::string_view name) const {
  const std::size_t slash = name.find('/');
  if (slash == name.npos) return {};
  std::vector<std::string_view> known;
  known.reserve(providers_.size());
  for (const auto& one : providers_) known.push_back(one->config->name);
  std::string nearest(text::nearest(name.substr(0, slash), known));
  if (!nearest.empty()) nearest += name.substr(slash);
  return nearest;
}

Problem Generation::unknownModel(std::string_view name) const {
  const std::vector<ListedModel> listed = models();
  std::vector<std::string_view> known;
  known.reserve(listed.size());
  for (const ListedModel& one : listed) known.push_back(one.id);
  std::string message = "there is no model '" + std::string(name) + "'";
  std::string nearest(text::nearest(name, known));
  if (nearest.empty()) nearest = atNearestProvider(name);
  if (!nearest.empty()) message += "; did you mean '" + nearest + "'?";
  else message += "; GET /v1/models lists the models, and provider/model names one at a provider";
  return notFound(std::move(message));
}

Problem Generation::noTargetOn(const VirtualModel& model) const {
  std::string message = "no provider of '" + model.config->name + "' is on";
  std::vector<std::string_view> told;
  for (const config::Target& wanted : model.config->targets) {
    const Provider* at = provider(wanted.provider);
    if (at == nullptr || std::find(told.begin(), told.end(), wanted.provider) != told.end())
      continue;
    message += told.empty() ? ": " : "; ";
    message += wanted.provider + ": " + at->offBecause;
    told.push_back(wanted.provider);
  }
  return notFound(std::move(message));
}

std::vector<ListedModel> Generation::models() const {
  std::vector<ListedModel> listed;
  const auto add = [&listed](ListedModel model) {
    const bool known = std::any_of(listed.begin(), listed.end(),
                                   [&](const ListedModel& one) { return one.id == model.id; });
    if (!known) listed.push_back(std::move(model));
  };
  for (const auto& model : virtualModels_) {
    if (!model->targets.empty()) add({model->config->name, "sluice", nullptr, model.get()});
  }
  for (const config::Model& model : config_.models) {
    const Provider* at = provider(model.provider);
    if (at == nullptr || !at->instance) continue;
    add({model.provider + "/" + model.name, model.provider, &model, nullptr});
  }
  for (const auto& model : virtualModels_) {
    for (const Target& one : model->targets) {
      add({one.provider->config->name + "/" + one.model, one.provider->config->name, one.facts,
           nullptr});
    }
  }
  return listed;
}

}  // namespace sluice::calls
