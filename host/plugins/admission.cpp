#include "plugins/admission.hpp"

#include "base/text.hpp"

namespace sluice::plugins {

std::optional<Error> refusalOf(const config::PluginFile& file, const FileContent& content) {
  if (!file.sha256.empty() && !text::equalsIgnoringCase(file.sha256, content.sha256)) {
    return Error{"has the SHA-256 " + content.sha256 + ", but the configuration wants " +
                 file.sha256};
  }
  return std::nullopt;
}

}  // namespace sluice::plugins
