// Generation: the immutable whole that a call is pinned to: configuration, plugin instances and the
// routing table made of them. A reload builds a new one; the old one gives up its instances as soon
// as nothing can begin with it, and goes when its last call ends.
// Threads: built on one thread; then read from any, but for giveUp().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "calls/problem.hpp"
#include "config/model.hpp"
#include "health/lanes.hpp"
#include "plugins/registry.hpp"
#include "upstream/exchange.hpp"
#include "upstream/proxy.hpp"

namespace sluice::calls {

struct Provider {
  const config::Provider* config = nullptr;
  std::shared_ptr<const plugins::Instance> instance;  // null: off
  upstream::Endpoint endpoint;                        // for codecs
  const upstream::ProxySettings* proxies = nullptr;   // of the generation
  bool local = false;                                 // on this machine
  std::string offBecause;
};

// One upstream model at one provider, with a lane a key.
struct Target {
  const Provider* provider = nullptr;
  std::string model;
  const config::Model* facts = nullptr;  // null: nothing is known of it
  std::vector<std::shared_ptr<health::Lane>> lanes;
};

struct VirtualModel {
  const config::VirtualModel* config = nullptr;
  std::shared_ptr<const plugins::Instance> strategy;
  std::vector<Target> targets;  // of providers that are on
};

// What a model's name stands for. Points into the generation, or owns the one target.
struct Resolution {
  const VirtualModel* virtualModel = nullptr;
  std::shared_ptr<const Target> single;
  std::span<const Target> targets() const noexcept {
    if (virtualModel != nullptr) return virtualModel->targets;
    return {single.get(), single ? std::size_t{1} : std::size_t{0}};
  }
};

// For GET /v1/models.
struct ListedModel {
  std::string id;
  std::string owner;
  const config::Model* facts = nullptr;
  const VirtualModel* virtualModel = nullptr;
};

class Generation {
 public:
  struct Fault {
    std::string where;  // "sluice.yaml:14:7"; may be empty
    std::string message;
  };
  // Opens plugins and creates every instance. What cannot be used is a fault and is left out.
  struct Making {
    std::string pluginDirectory;
    const upstream::ProxySettings& proxies;
    health::Lanes& lanes;
    std::uint64_t number = 1;
    std::shared_ptr<const plugins::Copies> copies;  // where plugins run from; null: a temporary one
    const Generation* before = nullptr;  // its instances are kept where nothing of theirs changed
  };
  static std::shared_ptr<Generation> build(config::Config config, const Making& how,
                                           std::vector<Fault>& faults);

  const config::Config& config() const noexcept { return config_; }
  const plugins::Registry& registry() const noexcept { return *registry_; }
  std::shared_ptr<const plugins::Registry> sharedRegistry() const noexcept { return registry_; }
  const std::vector<std::unique_ptr<Provider>>& providers() const noexcept { return providers_; }
  const std::vector<std::unique_ptr<VirtualModel>>& virtualModels() const noexcept {
    return virtualModels_;
  }
  std::uint64_t number() const noexcept { return number_; }

  // Virtual model, then the first route that matches and whose provider is on, then provider/model.
  // Without a value `problem` tells why.
  Resolution resolve(std::string_view name, Problem& problem) const;
  // That model at that provider, whatever else the name stands for.
  Resolution resolveAt(std::string_view provider, std::string_view model, Problem& problem) const;
  std::vector<ListedModel> models() const;
  // 404, with the nearest right name.
  std::string atNearestProvider(std::string_view name) const;
  Problem unknownModel(std::string_view name) const;

  // Lets go of plugins and instances; who uses one owns it. To be called once `next` has taken its
  // place on every loop. Returns what `next` does not use, to be retired.
  std::vector<std::shared_ptr<const plugins::Instance>> giveUp(const Generation& next);

 private:
  Generation(config::Config config, const Making& how);
  void createProviders(const Making& how, std::vector<Fault>& faults);
  void createVirtualModels(const Generation* before, std::vector<Fault>& faults);
  std::vector<std::shared_ptr<const plugins::Instance>> instances() const;
  const Provider* provider(std::string_view name) const;
  const config::Model* facts(std::string_view provider, std::string_view model) const;
  Target target(const Provider& provider, std::string_view model) const;
  Resolution atProvider(const Provider& provider, std::string_view model, Problem& problem) const;
  Problem noTargetOn(const VirtualModel& model) const;

  config::Config config_;
  upstream::ProxySettings proxies_;
  std::uint64_t number_;
  health::Lanes& lanes_;
  std::shared_ptr<const plugins::Registry> registry_;
  std::vector<std::unique_ptr<Provider>> providers_;
  std::vector<std::unique_ptr<VirtualModel>> virtualModels_;
  std::unordered_map<std::string_view, const VirtualModel*> byName_;
};

}  // namespace sluice::calls
