// Config: the whole of a configuration, checked and resolved. What the YAML says, with variables
// replaced, includes merged, defaults filled in and units made explicit; nothing here knows YAML.
// Threads: immutable once loaded; shared by reference.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.hpp"
#include "base/secret.hpp"

namespace sluice::config {

using Milliseconds = std::chrono::milliseconds;

struct TlsFiles {
  std::string certificate;  // PEM, leaf first; both empty: no TLS
  std::string key;
  bool operator==(const TlsFiles&) const = default;
};

struct Server {
  std::string host = "127.0.0.1";  // of `listen`; a literal address or localhost
  std::uint16_t port = 8090;       // 0: a free one
  unsigned loops = 0;              // 0: one a core
  std::chrono::seconds drain{120};
  std::size_t maxConnections = 20'000;
  std::size_t maxBodyBytes = 16 << 20;
  Milliseconds headTimeout{10'000};
  Milliseconds bodyTimeout{60'000};
  Milliseconds keepAlive{75'000};           // how long an idle connection is kept
  Milliseconds writeTimeout{60'000};        // how long a client may refuse to read
  std::vector<std::string> allowedOrigins;  // browsers' cross-origin requests; "*": all
  std::vector<std::string>
      allowedHosts;  // names a Host field may have, beside addresses and localhost
  TlsFiles tls;
};

enum class AuthMode : std::uint8_t { open, keys };

struct Auth {
  AuthMode mode = AuthMode::open;
  std::vector<Secret> clientKeys;
  Secret adminToken;  // empty: the admin endpoints are off
  bool openOnNetwork = false;
};

struct PluginFile {
  std::string stem;    // "openai": <directory>/openai.so
  std::string sha256;  // lower-case hex; empty: any content
  std::string where;   // "sluice.yaml:14:7", for messages
};

struct Publisher {
  std::string name;
  std::string key;  // "ed25519:" and 32 bytes in base64
  std::string where;
};

struct VersionFloor {
  std::string component;  // full id
  std::string version;
  std::string where;
};

// Whose plugin files are opened.
struct Trust {
  std::vector<Publisher> publishers;
  bool require = false;  // only what a publisher has signed, or what is pinned
  std::vector<VersionFloor> minimumVersions;
};

struct Plugins {
  std::string directory = "plugins";  // relative: to the installation
  std::vector<PluginFile> enable;
  // How long what a reload took out may be used by calls under way.
  std::chrono::seconds drain{600};
  Trust trust;
};

struct Timeouts {
  Milliseconds connect{5'000};        // name, connection and TLS
  Milliseconds firstByte{60'000};     // from the request sent to the answer's head; of a stream
  Milliseconds firstContent{90'000};  // from the request sent to the first content; of a stream
  Milliseconds answer{300'000};       // from the request sent to an answer that is not streamed
  Milliseconds idle{60'000};          // between two reads of an answer
  Milliseconds total{600'000};        // of one attempt
};

// What is done with a field of a request that the provider has no way to express: the request is
// refused; refused only where the answer may say something else without the field; never refused.
enum class Unsupported : std::uint8_t { refuse, dropHints, drop };

struct Provider {
  std::string name;
  std::string component;     // short ("openai") or full ("sluice.openai") id
  std::string baseUrl;       // empty where the component needs none
  std::vector<Secret> keys;  // empty: keyless; one may be a text of several lines
  Timeouts timeouts;
  Unsupported unsupported = Unsupported::dropHints;  // unless told, that of Attempts
  bool askForUsage = true;      // add stream_options.include_usage to what is streamed
  std::string settings = "{}";  // JSON, for the component; checked against its schema by the loader
  bool on = true;
  std::string offBecause;  // "GROQ_API_KEY is not set"; empty if on
  std::string where;
};

// What is known of a model at a provider: prices per million tokens in USD, sizes in tokens.
struct Model {
  std::string provider;
  std::string name;  // as the upstream calls it
  std::optional<Decimal> input, output, cacheRead, cacheWrite;
  std::optional<std::uint64_t> context, maxOutput;
  std::optional<bool> tools, vision, reasoning;
  std::string labels = "{}";  // JSON object, handed to strategies
  std::string where;
};

struct Route {
  std::string match;        // `*` stands for any characters
  std::string provider;     // a provider's name
  std::string model = "*";  // what the provider calls it; `*` stands for the name asked for
  std::string where;
};

struct Target {
  std::string provider;
  std::string model;
  std::string where;
};

struct VirtualModel {
  std::string name;
  std::string description;
  std::string strategy = "priority";  // a strategy component's id
  std::string settings = "{}";        // JSON, for the strategy
  std::vector<Target> targets;        // at least one; those of providers that are off included
  std::string where;
};

struct Attempts {
  unsigned perLane = 2;
  unsigned perCall = 6;
  Milliseconds retryAfterWait{3'000};  // a Retry-After up to this is waited for
  Milliseconds total{600'000};         // of one call, all its attempts together
  Milliseconds pause{100};             // before a second try on a lane; jittered by half
  Unsupported unsupported = Unsupported::dropHints;
};

enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct Log {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;
  bool calls = true;  // one line a call
};

struct Upstream {
  std::string caFile;               // PEM to trust instead of the system's; empty: the system's
  std::size_t idlePerOrigin = 256;  // connections kept per loop
  Milliseconds idleTime{55'000};    // how long they are kept
  std::size_t maxAnswerBytes = 64 << 20;  // of an answer that is not streamed
};

enum class HostedTools : std::uint8_t { refuse, drop };

// The Responses API.
struct Responses {
  bool store = true;                              // keep answers for those who do not say otherwise
  std::chrono::hours keep{720};                   // since they were last used
  std::size_t maxBytes = std::size_t{1} << 30;    // of all together
  HostedTools hostedTools = HostedTools::refuse;  // that the target cannot run
};

struct Config {
  Server server;
  Auth auth;
  Plugins plugins;
  Upstream upstream;
  Attempts attempts;
  Responses responses;
  Log log;
  std::vector<Provider> providers;  // in the order written
  std::vector<Model> models;
  std::vector<Route> routes;  // the first match whose provider is on wins
  std::vector<VirtualModel> virtualModels;
  std::string stateDirectory;
  bool stateDirectoryChosen = false;  // the configuration names it
  std::string source;                 // the file's name, or "embedded defaults"
};

}  // namespace sluice::config
