// The command line of `sluice`.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "base/text.hpp"

namespace {

using sluice::app::Options;

constexpr int kUsage = 2;

void addConfig(CLI::App& verb, Options& options) {
  verb.add_option("-c,--config", options.configFile,
                  "The configuration (else $SLUICE_CONFIG, ./sluice.yaml, /etc/sluice/sluice.yaml, "
                  "or the built-in defaults)");
  verb.add_option("--env-file", options.envFile, "Variables for the configuration")
      ->capture_default_str();
}

// A verb that is nearly right gets the right one named.
int usageError(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::cerr << "sluice: " << error.what() << '\n';
  std::vector<std::string_view> verbs;
  const auto known = app.get_subcommands([](const CLI::App*) { return true; });
  verbs.reserve(known.size());
  for (const CLI::App* verb : known) verbs.push_back(verb->get_name());
  if (argc > 1) {
    const std::string_view nearest = sluice::text::nearest(argv[1], verbs);
    if (!nearest.empty() && nearest != argv[1]) std::cerr << "did you mean '" << nearest << "'?\n";
  }
  std::cerr << "sluice --help tells what there is\n";
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  int (*run)(const Options&) = nullptr;
  CLI::App app("Sluice, a gateway between applications and language models", "sluice");
  app.require_subcommand(1);

  CLI::App* serve =
      app.add_subcommand("serve", "Start the gateway. Example: sluice serve --config sluice.yaml");
  addConfig(*serve, options);
  serve->add_flag("--strict", options.strict,
                  "Do not start if any plugin or provider cannot be used");
  serve->callback([&] { run = sluice::app::serve; });

  CLI::App* check = app.add_subcommand(
      "check",
      "Verify configuration and installation without opening a port. Example: sluice check");
  addConfig(*check, options);
  check->callback([&] { run = sluice::app::check; });

  CLI::App* models =
      app.add_subcommand("models", "List the models that would be served. Example: sluice models");
  addConfig(*models, options);
  models->add_flag("--json", options.json, "As JSON");
  models->callback([&] { run = sluice::app::listModels; });

  CLI::App* plugins = app.add_subcommand("plugins", "List and inspect plugins");
  plugins->require_subcommand(1);
  CLI::App* list = plugins->add_subcommand(
      "list", "Every plugin in the directory. Example: sluice plugins list");
  addConfig(*list, options);
  list->add_flag("--json", options.json, "As JSON");
  list->callback([&] { run = sluice::app::listPlugins; });
  CLI::App* info = plugins->add_subcommand(
      "info", "What a plugin file offers. Example: sluice plugins info build/plugins/demo.so");
  info->add_option("FILE", options.pluginFile, "A shared library")->required();
  info->add_flag("--json", options.json, "As JSON");
  info->callback([&] { run = sluice::app::pluginInfo; });

  CLI::App* version = app.add_subcommand("version", "Print the version. Example: sluice version");
  version->add_flag("--json", options.json, "As JSON");
  version->callback([&] { run = sluice::app::version; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);  // --help
  } catch (const CLI::ParseError& error) {
    return usageError(app, error, argc, argv);
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << "sluice: " << error.what() << '\n';
    return 1;
  }
}
