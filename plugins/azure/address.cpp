#include "address.hpp"

namespace azure {
namespace {

namespace json = sluice::json;
using sluice::Settings;

std::string_view versionOf(Style style) {
  switch (style) {
    case Style::deployments: return "2024-10-21";
    case Style::models: return "2024-05-01-preview";
    case Style::v1: break;
  }
  return {};
}

}  // namespace

Address::Address(const Settings& settings, Style style) : style_(style) {
  constexpr std::string_view known = "abcdefghijklmnopqrstuvwxyz0123456789-";
  const std::string version = settings.string("api_version", versionOf(style));
  if (version.find_first_not_of(known) != std::string::npos)
    Settings::refuse("api_version", "is no version, such as 2024-10-21");
  if (!version.empty()) query_ = "?api-version=" + version;
  const json::Value deployments = settings.get("deployments");
  for (auto at = deployments.begin(); at != deployments.end(); ++at) {
    if ((*at).string().empty())
      Settings::refuse("deployments", "must hold names that are not empty");
    deployments_.emplace_back(at.key(), (*at).string());
  }
}

std::string_view Address::deploymentOf(std::string_view model) const {
  for (const auto& [name, deployment] : deployments_)
    if (name == model) return deployment;
  return model;
}

std::string Address::at(std::string_view path, std::string_view model) const {
  std::string front = "/openai/v1";
  if (style_ == Style::deployments)
    front = "/openai/deployments/" + sluice::pathSegment(deploymentOf(model));
  if (style_ == Style::models) front = "/models";
  return front.append(path) + query_;
}

std::string Address::responses() const { return "/openai/v1/responses" + query_; }

std::string Address::response(std::string_view path, std::string_view query) const {
  std::string made = std::string("/openai/v1/responses").append(path) + query_;
  if (!query.empty()) made.append(query_.empty() ? "?" : "&").append(query);
  return made;
}

std::string Address::models() const {
  return (style_ == Style::v1 ? "/openai/v1/models" : "/openai/models") + query_;
}

std::string_view Address::named(std::string_view body, std::string_view model,
                                std::string& renamed) const {
  const std::string_view deployment = deploymentOf(model);
  json::Document document;
  if (deployment == model || !document.parse(body) || !document.root().isObject()) return body;
  json::Writer writer(renamed);
  writer.beginObject();
  const json::Value root = document.root();
  for (auto at = root.begin(); at != root.end(); ++at) {
    if (at.key() == "model") writer.member("model", deployment);
    else writer.member(at.key(), *at);
  }
  writer.endObject();
  return renamed;
}

}  // namespace azure
