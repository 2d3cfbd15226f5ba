// sluice plugins keygen, sign and verify.
#include <sys/stat.h>

#include <filesystem>
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/inspection.hpp"
#include "app/installation.hpp"
#include "app/new_file.hpp"
#include "plugins/file_content.hpp"
#include "plugins/registry.hpp"
#include "plugins/signature.hpp"
#include "plugins/trust.hpp"

namespace sluice::app {

namespace {

namespace fs = std::filesystem;

int failed(const std::string& message) {
  std::cerr << "error: " << message << '\n';
  return 1;
}

int distrusted(const std::string& message) {
  std::cout << "trusted    no\n";
  return failed(message);
}

void printStatement(const plugins::Statement& said) {
  std::cout << "signed by  " << said.key.text() << "\nversion    " << said.version << '\n';
  for (const std::string& id : said.components) std::cout << "component  " << id << '\n';
}

void warnIfReadable(const std::string& keyFile) {
  struct stat status{};
  if (::stat(keyFile.c_str(), &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
  std::cerr << "warning: others may read " << keyFile << ": chmod 600 " << keyFile << '\n';
}

// What the file says of itself, seen in a process of its own, is what is signed, but for its hash.
Result<plugins::Signature> signatureOf(const std::string& file, const plugins::SigningKey& key) {
  const auto content = plugins::readContent(file);
  if (!content) return Error{file + ": " + content.error().message};
  const auto info = inspectContent(file, *content);
  if (!info) return Error{file + ": " + info.error().message};
  plugins::Statement statement;
  statement.sha256 = content->sha256;
  statement.version = info->version;
  for (const auto& component : info->components) statement.components.push_back(component.id);
  return plugins::signStatement(std::move(statement), key);
}

bool isPinned(const config::Plugins& wanted, const std::string& file, const std::string& sha256) {
  std::error_code ignored;
  const fs::path directory = pluginDirectory(wanted.directory);
  for (const config::PluginFile& plugin : wanted.enable) {
    if (plugin.sha256 == sha256 && fs::equivalent(directory / (plugin.stem + ".so"), file, ignored))
      return true;
  }
  return false;
}

// Those that --key names, or the configuration's.
Result<config::Plugins> whatIsTrusted(const Options& options) {
  config::Plugins made;
  if (options.publicKeys.empty()) {
    config::Loaded loaded = loadConfiguration(options);
    if (loaded.config) return std::move(loaded.config->plugins);
    return Error{config::render(loaded.faults)};
  }
  for (const std::string& key : options.publicKeys) {
    if (!plugins::PublicKey::parse(key)) {
      return Error{
          "--key must be 'ed25519:' and 32 bytes in base64, as 'sluice plugins keygen' "
          "prints it"};
    }
    made.trust.publishers.push_back({"--key", key, ""});
  }
  return made;
}

}  // namespace

int makeKey(const Options& options) {
  const auto key = plugins::SigningKey::generate();
  if (!key) return failed(key.error().message);
  if (const auto fault = key->write(options.keyFile)) return failed(fault->message);
  std::cout << key->publicKey().text() << '\n';
  std::cerr << "wrote the private key to " << options.keyFile
            << ", which only you should have; the other line is the public key, for "
               "plugins.trust.publishers\n";
  return 0;
}

int signPlugin(const Options& options) {
  warnIfReadable(options.keyFile);
  const auto key = plugins::SigningKey::read(options.keyFile);
  if (!key) return failed(key.error().message);
  std::error_code failure;
  const fs::path file = fs::canonical(options.pluginFile, failure);
  if (failure) return failed(options.pluginFile + ": " + failure.message());
  const auto signature = signatureOf(file.string(), *key);
  if (!signature) return failed(signature.error().message);
  const std::string beside = plugins::signatureFile(file.string());
  if (const auto fault = replaceFile(beside, plugins::toText(*signature))) {
    return failed(fault->message);
  }
  std::cout << "wrote " << beside << ": version " << signature->statement.version << ", signed by "
            << signature->statement.key.text() << '\n';
  return 0;
}

int verifyPlugin(const Options& options) {
  auto trusted = whatIsTrusted(options);
  if (!trusted) return failed(trusted.error().message);
  const std::string& file = options.pluginFile;
  const auto content = plugins::readContent(file);
  if (!content) return failed(file + ": " + content.error().message);
  const bool pinned = isPinned(*trusted, content->path, content->sha256);
  if (!pinned) {
    const std::string beside = plugins::signatureFile(content->path);
    const auto signature = plugins::readSignature(beside);
    if (!signature) return distrusted(beside + ' ' + signature.error().message);
    if (const std::optional<plugins::Signature>& found = *signature) {
      printStatement(found->statement);
    }
  }
  trusted->trust.require = true;
  const auto vouch = plugins::vouchFor(trusted->trust, content->path, content->sha256, pinned);
  if (!vouch) return distrusted(file + ' ' + vouch.error().message);
  const auto info = inspectContent(file, *content);
  if (!info) return distrusted(file + ' ' + info.error().message);
  if (const auto fault = plugins::faultOfOpened(trusted->trust, *vouch, *info)) {
    return distrusted(file + ' ' + fault->message);
  }
  std::cout << "trusted    "
            << (pinned ? "yes, pinned by the configuration" : "yes, as " + vouch->publisher)
            << '\n';
  const bool floors = options.publicKeys.empty();
  std::cerr << "not judged: who can write to the file and its directories"
            << (floors ? "" : "; plugins.trust.minimum_versions, since --key was given") << '\n';
  return 0;
}

}  // namespace sluice::app
