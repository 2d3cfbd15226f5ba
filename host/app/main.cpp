// The command line of `sluice`.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "app/commands.hpp"
#include "base/text.hpp"

namespace {

using sluice::app::Options;

std::vector<const CLI::App*> verbsOf(const CLI::App& level) {
  const auto all = level.get_subcommands([](const CLI::App*) { return true; });
  return {all.begin(), all.end()};
}

// A verb that is nearly right gets the right one named.
int usageError(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  // As deep as the words are verbs; the next one may be one of those that are known there.
  const CLI::App* level = &app;
  std::string path = "sluice";
  int at = 1;
  for (; at < argc; ++at) {
    const auto below = verbsOf(*level);
    const auto found = std::ranges::find(below, argv[at], &CLI::App::get_name);
    if (found == below.end()) break;
    level = *found;
    path += ' ' + level->get_name();
  }
  std::vector<std::string> names;
  for (const CLI::App* verb : verbsOf(*level)) names.push_back(verb->get_name());
  if (at < argc && argv[at][0] != '-' && !names.empty()) {
    std::cerr << "sluice: there is no command '" << path << ' ' << argv[at] << "'\n";
    const std::string_view nearest = sluice::text::nearest(argv[at], {names.begin(), names.end()});
    if (!nearest.empty()) std::cerr << "did you mean '" << path << ' ' << nearest << "'?\n";
  } else {
    std::cerr << "sluice: " << error.what() << '\n';
  }
  std::cerr << path << " --help tells what there is\n";
  return sluice::app::kUsage;
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

  sluice::app::addConnectVerb(app, options, run);
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
