// Offer: what a client's configuration is made from: where the gateway is reached, how its key is
// named, and which models it has.
// Threads: plain values.
#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/result.hpp"
#include "calls/generation.hpp"
#include "calls/model_facts.hpp"

namespace sluice::app {

struct OfferedModel {
  std::string id;
  calls::ModelFacts facts;
};

struct Offer {
  std::string url;          // "http://127.0.0.1:8090", without a slash at the end
  std::string keyVariable;  // of the environment that the client runs in
  bool needsKey = false;
  OfferedModel chosen;               // what the client begins with; one of `models`
  std::vector<OfferedModel> models;  // as GET /v1/models lists them
  // What may be another way where the gateway runs, as its variables are not set here.
  std::vector<std::string> notices;

  std::string v1() const { return url + "/v1"; }
};

// Error: no address, a model that is unknown, or none at all.
Result<Offer> offerOf(const calls::Generation& generation, const Options::Connect& wanted);

}  // namespace sluice::app
