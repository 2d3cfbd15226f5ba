// The command line of `sluice connect`.
#include <CLI/CLI.hpp>

#include "app/command_line.hpp"
#include "app/commands.hpp"

namespace sluice::app {

void addConnectVerb(CLI::App& app, Options& options, Verb& run) {
  CLI::App* connect = app.add_subcommand(
      "connect",
      "Print or write the configuration of a client, so that it talks to this gateway; without "
      "CLIENT, list the clients. Example: sluice connect codex");
  addConfig(*connect, options);
  Options::Connect& wanted = options.connect;
  connect->add_option("CLIENT", wanted.client, "codex, claude-code, opencode, ...");
  connect->add_option("--model", wanted.model,
                      "The model it begins with (else auto, or the first)");
  connect->add_option("--url", wanted.url,
                      "Where the client reaches the gateway (else where it listens)");
  connect
      ->add_option("--key-variable", wanted.keyVariable,
                   "The environment variable that holds the client's key")
      ->default_val("PROXY_API_KEY");
  connect->add_flag("--write", wanted.write,
                    "Write it into the client's own file; what stands there stays, and is copied "
                    "beside it before");
  connect->callback([&run] { run = connectClient; });
}

}  // namespace sluice::app
