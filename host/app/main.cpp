// The command line of `sluice`.
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "base/text.hpp"

namespace {

using sluice::app::Options;

constexpr int kUsage = 2;

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
  sluice::app::Verb run = nullptr;
  CLI::App app("Sluice, a gateway between applications and language models", "sluice");
  app.require_subcommand(1);

  CLI::App* serve =
      app.add_subcommand("serve", "Start the gateway. Example: sluice serve --config sluice.yaml");
  sluice::app::addConfig(*serve, options);
  serve->add_flag("--strict", options.strict,
                  "Do not start if any plugin or provider cannot be used");
  serve->callback([&] { run = sluice::app::serve; });

  CLI::App* check = app.add_subcommand(
      "check",
      "Verify configuration and installation without opening a port. Example: sluice check");
  sluice::app::addConfig(*check, options);
  check->callback([&] { run = sluice::app::check; });

  CLI::App* models =
      app.add_subcommand("models", "List the models that would be served. Example: sluice models");
  sluice::app::addConfig(*models, options);
  models->add_flag("--json", options.json, "As JSON");
  models->callback([&] { run = sluice::app::listModels; });

  sluice::app::addPluginVerbs(app, options, run);

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
