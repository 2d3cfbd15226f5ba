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

// What follows the file goes to the checker as it is.
void addCheck(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* check = plugins.add_subcommand(
      "check",
      "Run the SDK's checker on a plugin file; what follows the file are the checker's own "
      "options. Example: sluice plugins check hello.so");
  check->add_option("FILE", options.pluginFile, "A shared library")->required();
  check->prefix_command();
  check->callback([check, &options, &run] {
    options.passedOn = check->remaining();
    run = checkPlugin;
  });
}

void addEnable(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* enable = plugins.add_subcommand(
      "enable",
      "Put plugins into plugins.enable of the configuration file. Example: sluice plugins enable "
      "hello");
  addConfig(*enable, options);
  enable->add_option("NAME", options.pluginNames, "The plugins' files, without '.so'")->required();
  enable->callback([&run] { run = enablePlugin; });
}

void addDisable(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* disable = plugins.add_subcommand(
      "disable",
      "Take a plugin out of plugins.enable of the configuration file. Example: sluice plugins "
      "disable hello");
  addConfig(*disable, options);
  disable->add_option("NAME", options.pluginName, "The plugin's file, without '.so'")->required();
  disable->callback([&run] { run = disablePlugin; });
}

void addKeygen(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* keygen = plugins.add_subcommand(
      "keygen",
      "Make a key to sign plugins with; the public key is printed. Example: sluice plugins keygen "
      "--out acme.pem");
  keygen->add_option("--out", options.keyFile, "Where the private key goes")
      ->default_val("plugin-key.pem");
  keygen->callback([&run] { run = makeKey; });
}

void addSign(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* sign = plugins.add_subcommand(
      "sign",
      "Sign a plugin file: FILE.sig is written beside it. Example: sluice plugins sign --key "
      "acme.pem hello.so");
  sign->add_option("--key", options.keyFile, "The private key, as PEM")->required();
  sign->add_option("FILE", options.pluginFile, "A shared library")->required();
  sign->callback([&run] { run = signPlugin; });
}

void addVerify(CLI::App& plugins, Options& options, Verb& run) {
  CLI::App* verify = plugins.add_subcommand(
      "verify",
      "Tell who signed a plugin file, and whether it is trusted. Example: sluice plugins verify "
      "hello.so");
  addConfig(*verify, options);
  verify->add_option("--key", options.publicKeys,
                     "Trust this public key, and not those of the configuration");
  verify->add_option("FILE", options.pluginFile, "A shared library")->required();
  verify->callback([&run] { run = verifyPlugin; });
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
  made->add_option("--id", wanted.id, "The component's id (else com.example.NAME)");
  made->callback([&run] { run = newPlugin; });
}

}  // namespace

void addPluginVerbs(CLI::App& app, Options& options, Verb& run) {
  CLI::App* plugins = app.add_subcommand(
      "plugins", "Begin, list, inspect, check, sign, enable and disable plugins");
  plugins->require_subcommand(1);
  addList(*plugins, options, run);
  addInfo(*plugins, options, run);
  addCheck(*plugins, options, run);
  addEnable(*plugins, options, run);
  addDisable(*plugins, options, run);
  addKeygen(*plugins, options, run);
  addSign(*plugins, options, run);
  addVerify(*plugins, options, run);
  addNew(*plugins, options, run);
}

}  // namespace sluice::app
