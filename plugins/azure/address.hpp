// Where Azure is asked, and under which name a model is deployed there.
// Threads: const functions from any thread.
#pragma once

#include <sluice/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

namespace azure {

enum class Style : std::uint8_t {
  deployments,  // /openai/deployments/NAME/...?api-version=
  v1,           // /openai/v1/..., the name in the body
  models        // /models/...?api-version=, the name in the body
};

class Address {
 public:
  // Reads `deployments` and `api_version`; throws sluice::Error naming the one that is wrong.
  Address(const sluice::Settings& settings, Style style);

  // `path`, "/chat/completions" for instance, where the model is served.
  std::string at(std::string_view path, std::string_view model) const;
  std::string responses() const;
  // `path`: below that of responses, with a '/' before it; `query`: without '?'.
  std::string response(std::string_view path, std::string_view query) const;
  std::string models() const;

  // A body that names the deployment in the model's place: `body` itself if both are the same, else
  // what `renamed` then holds.
  std::string_view named(std::string_view body, std::string_view model, std::string& renamed) const;

  Style style() const noexcept { return style_; }

 private:
  std::string_view deploymentOf(std::string_view model) const;

  const Style style_;
  std::string query_;  // with its `?`; may be empty
  std::vector<std::pair<std::string, std::string>> deployments_;
};

}  // namespace azure
