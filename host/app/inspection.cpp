#include "app/inspection.hpp"

#include <filesystem>

#include "app/installation.hpp"
#include "plugins/admission.hpp"
#include "plugins/safe_path.hpp"

namespace sluice::app {

namespace {

// The reason alone: the file stands beside it.
std::string without(const std::string& file, const std::string& message) {
  return message.starts_with(file + ": ") ? message.substr(file.size() + 2) : message;
}

// What keeps the file from being opened; `vouch` is set if nothing does.
std::optional<Error> refusal(const config::Plugins& wanted, const std::string& file,
                             const plugins::FileContent& content, plugins::Vouch& vouch) {
  const auto* const enabled = enabledIn(wanted, std::filesystem::path(file).stem().string());
  if (enabled != nullptr) {
    if (auto fault = plugins::refusalOf(*enabled, content)) return fault;
  }
  const bool pinned = enabled != nullptr && !enabled->sha256.empty();
  auto found = plugins::vouchFor(wanted.trust, content.path, content.sha256, pinned);
  if (!found) return found.error();
  vouch = *std::move(found);
  return std::nullopt;
}

}  // namespace

const config::PluginFile* enabledIn(const config::Plugins& wanted, const std::string& stem) {
  for (const config::PluginFile& file : wanted.enable) {
    if (file.stem == stem) return &file;
  }
  return nullptr;
}

Result<plugins::LibraryInfo> inspectContent(const std::string& file,
                                            const plugins::FileContent& content) {
  auto info = plugins::inspectInChild(programFile(), file);
  if (!info) return Error{without(file, info.error().message)};
  if (info->sha256 == content.sha256) return info;
  return Error{"has the SHA-256 " + content.sha256 + ", but said " + info->sha256 +
               " of itself when it was opened"};
}

Inspection inspectAsAllowed(const config::Plugins& wanted, const std::string& directory,
                            const std::string& file) {
  Inspection made;
  const auto refuse = [&made](const Error& why) {
    made.refused = true;
    made.fault = why.message;
    return made;
  };
  for (const std::string& path : {directory, file}) {
    if (const auto fault = plugins::faultOfPath(path)) return refuse(*fault);
  }
  const auto content = plugins::readContent(file);
  if (!content) {
    made.fault = content.error().message;
    return made;
  }
  made.sha256 = content->sha256;
  plugins::Vouch vouch;
  if (const auto why = refusal(wanted, file, *content, vouch)) return refuse(*why);
  auto info = inspectContent(file, *content);
  if (!info) {
    made.fault = info.error().message;
    return made;
  }
  made.info = *std::move(info);
  if (const auto fault = plugins::faultOfOpened(wanted.trust, vouch, *made.info)) {
    return refuse(*fault);
  }
  return made;
}

}  // namespace sluice::app
