// What the command line asks for.
// Threads: a plain value.
#pragma once

#include <string>
#include <vector>

namespace sluice::app {

struct Options {
  std::string configFile;  // empty: looked for, see configuration.hpp
  std::string envFile = ".env";
  bool envFileGiven = false;  // so that it must be there
  bool strict = false;        // any plugin that cannot be used fails the start
  bool json = false;
  std::string pluginFile;                // of `plugins info`, `sign`, `verify` and `check`
  std::string pluginName;                // of `plugins disable`: the file's name without ".so"
  std::vector<std::string> pluginNames;  // of `plugins enable`
  std::string keyFile;                   // of `plugins sign` and `keygen`: a private key
  std::vector<std::string> publicKeys;   // of `plugins verify`; none: those of the configuration
  std::vector<std::string> passedOn;     // of `plugins check`: arguments for the checker
  struct NewPlugin {                     // of `plugins new`
    std::string name;
    std::string kind = "provider";
    std::string language = "cpp";
    std::string directory;  // empty: the name
    std::string id;         // its component's; empty: com.example.NAME
  } newPlugin;
  struct Connect {            // of `connect`
    std::string client;       // empty: all are listed
    std::string model;        // empty: `auto`, or the first of the list
    std::string url;          // empty: what the configuration listens at
    std::string keyVariable;  // of the environment that the client runs in
    bool write = false;
  } connect;
};

}  // namespace sluice::app
