// The command line of `sluice plugins`: one function a verb.
#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "app/commands.hpp"

namespace sluice::app {

namespace {

void addList(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* list =
      plugins.add_subcommand("list", "Every plugin in the directory. Example: sluice plugins list");
  addConfig(*list, options);
  list->add_flag("--json", options.json, "As JSON");
  list->callback([&run] { run = listPlugins; });
}

void addInfo(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* info = plugins.add_subcommand(
      "info", "What a plugin file offers. Example: sluice plugins info build/plugins/demo.so");
  info->add_option("FILE", options.pluginFile, "A shared library")->required();
  info->add_flag("--json", options.json, "As JSON");
  info->callback([&run] { run = pluginInfo; });
}

void addNew(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* made = plugins.add_subcommand(
      "new",
      "Write the directory of a new plugin. Example: sluice plugins new --kind strategy nearest");
  Options::NewPlugin& wanted = options.newPlugin;
  made->add_option("NAME", wanted.name, "Letters a-z, digits, - and _")->required();
  made->add_option("--kind", wanted.kind, "provider, strategy, context or search")
      ->capture_default_str();
  made->add_option("--language", wanted.language, "cpp, c, rust or go")->capture_default_str();
  made->add_option("--directory", wanted.directory, "Where to write it (else ./NAME)");
  made->callback([&run] { run = newPlugin; });
}

}  // namespace

void addPluginVerbs(CLI::App& app, Options& options, Verb& run) {
  CLI::App* plugins = app.add_subcommand("plugins", "List, inspect and begin plugins");
  plugins->require_subcommand(1);
  addList(*plugins, options, run);
  addInfo(*plugins, options, run);
  addNew(*plugins, options, run);
}

}  // namespace sluice::app
