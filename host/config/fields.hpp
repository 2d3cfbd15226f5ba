// The field table: every key that a configuration may have, once. What a key is called, what it
// means, which member it fills and which values it may have; its default is what the member holds.
// A visitor goes over it with fields(visitor, object): Reader checks and fills, SchemaWriter
// publishes, DumpWriter shows. A visitor has these members, `key` first:
//   number(Range), price, flag, choice(names), text(Rule), texts(Rule), address,
//   secret, secrets, keyOrKeys, settings, includes, remark,
//   pairs: texts by name, each element told by nameAndText();
//   group: one object; items: a list of objects; named: objects by name, ruled by a Rule.
// Threads: constants and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "config/model.hpp"
#include "config/rules.hpp"

namespace sluice::config {

enum class Presence : std::uint8_t {
  optional,
  required,
  derived  // optional, and its default comes from elsewhere
};

struct Key {
  std::string_view name;
  std::string_view about;  // for editors
  Presence presence = Presence::optional;
};

struct Range {
  std::uint64_t least;
  std::uint64_t most;
};

inline constexpr std::array<std::string_view, 2> kAuthModes = {"open", "keys"};
inline constexpr std::array<std::string_view, 2> kLogFormats = {"text", "json"};
inline constexpr std::array<std::string_view, 4> kLogLevels = {"debug", "info", "warning", "error"};

inline constexpr std::array<std::string_view, 3> kUnsupported = {"refuse", "drop_hints", "drop"};
inline constexpr std::array<std::string_view, 2> kHostedTools = {"refuse", "drop"};

inline constexpr Range kTime{1, 86'400'000};        // milliseconds: up to a day
inline constexpr Range kTimeOrNone{0, 86'400'000};  // 0 is meant as such
inline constexpr Range kTokens{1, 1'000'000'000};

template <class V>
void fields(V& v, TlsFiles& tls) {
  v.text({"certificate", "PEM file with the certificate chain, leaf first."}, tls.certificate,
         kPath);
  v.text({"key", "PEM file with the private key."}, tls.key, kPath);
}

template <class V>
void fields(V& v, Server& server) {
  v.address({"listen", "Address and port where clients reach Sluice. Port 0 takes a free one."},
            server.host, server.port);
  v.number({"loops", "Event loops, a thread each. 0: one for each core."}, server.loops, {0, 256});
  v.number({"drain_seconds", "How long a stopping server lets its calls finish."}, server.drain,
           {0, 86'400});
  v.number({"max_connections", "Client connections at once."}, server.maxConnections,
           {1, 1'000'000});
  v.number({"max_body_bytes", "The largest request body."}, server.maxBodyBytes,
           {1'024, 1'073'741'824});
  v.number({"head_timeout_ms", "Time a client has to send a request's head."}, server.headTimeout,
           kTime);
  v.number({"body_timeout_ms", "Time a client has to send a request's body."}, server.bodyTimeout,
           kTime);
  v.number({"keep_alive_ms", "How long an idle client connection is kept."}, server.keepAlive,
           kTime);
  v.number({"write_timeout_ms", "How long a client may leave an answer unread."},
           server.writeTimeout, kTime);
  v.texts({"allowed_origins", "Web origins whose pages may call Sluice. '*': all."},
          server.allowedOrigins, kOrigin);
  v.texts({"allowed_hosts",
           "Names clients may use for this server, beside literal addresses and localhost."},
          server.allowedHosts, kHostName);
  v.group({"tls", "Serve HTTPS with these files. Left out: plain HTTP."}, server.tls);
}

template <class V>
void fields(V& v, Auth& auth) {
  v.choice({"mode",
            "keys: clients need one of client_keys. open: anyone who can connect may call. Left "
            "out: keys if there is any client key, else open.",
            Presence::derived},
           auth.mode, kAuthModes);
  v.secrets({"client_keys", "Keys that clients may use. Empty ones do not count."},
            auth.clientKeys);
  v.secret({"admin_token", "Opens the /admin endpoints. Empty: they are off."}, auth.adminToken);
  v.flag({"open_on_network", "Allow mode open on an address that other machines reach."},
         auth.openOnNetwork);
}

template <class V>
void fields(V& v, PluginFile& plugin) {
  v.text({"file", "The file in the plugins' directory, without '.so'.", Presence::required},
         plugin.stem, kPluginStem);
  v.text({"sha256", "What the file must hash to."}, plugin.sha256, kSha256);
}

inline std::pair<std::string&, std::string&> nameAndText(Publisher& publisher) {
  return {publisher.name, publisher.key};
}
inline std::pair<std::string&, std::string&> nameAndText(VersionFloor& floor) {
  return {floor.component, floor.version};
}

template <class V>
void fields(V& v, Trust& trust) {
  v.pairs({"publishers", "Whose signatures count: public keys by a name of your choice."},
          trust.publishers, kPublisherName, kPublicKey);
  v.flag({"require",
          "Open only files that one of the publishers has signed, or that are pinned by sha256."},
         trust.require);
  v.pairs({"minimum_versions", "The least version of a plugin's library, by component id."},
          trust.minimumVersions, kFullId, kVersion);
}

template <class V>
void fields(V& v, Plugins& plugins) {
  v.text({"directory", "Where the plugin files are. Relative: to the installation."},
         plugins.directory, kOwnPath);
  v.items({"enable", "The plugin files to open: names without '.so', or {file, sha256}."},
          plugins.enable);
  v.number({"drain_seconds",
            "How long calls under way may use what a reload replaced or took out; then they end."},
           plugins.drain, {0, 86'400});
  v.group({"trust", "Whose plugin files are opened."}, plugins.trust);
}

template <class V>
void fields(V& v, Upstream& upstream) {
  v.text({"ca_file", "PEM file with the authorities to trust instead of the system's."},
         upstream.caFile, kPath);
  v.number({"idle_per_origin", "Idle connections each loop keeps to one origin."},
           upstream.idlePerOrigin, {0, 100'000});
  v.number({"idle_ms", "How long an idle connection is kept."}, upstream.idleTime, kTime);
  v.number({"max_answer_bytes", "The largest answer that is not streamed."},
           upstream.maxAnswerBytes, {1'024, 4'294'967'296});
}

template <class V>
void fields(V& v, Attempts& attempts) {
  v.number({"per_lane", "Tries of one call on one lane (provider, key and model)."},
           attempts.perLane, {1, 10});
  v.number({"per_call", "Tries of one call altogether."}, attempts.perCall, {1, 100});
  v.number({"retry_after_wait_ms", "A Retry-After up to this is waited for."},
           attempts.retryAfterWait, kTimeOrNone);
  v.number({"total_ms", "Time of one call, with all its tries."}, attempts.total, kTime);
  v.number({"pause_ms", "Pause before a second try on one lane; varied by half."}, attempts.pause,
           kTimeOrNone);
  v.choice({"unsupported",
            "What is done with fields that a provider cannot express. refuse: the request is "
            "refused. drop_hints: they are left out unless the answer may say something else "
            "without them. drop: they are left out."},
           attempts.unsupported, kUnsupported);
}

template <class V>
void fields(V& v, Responses& responses) {
  v.flag({"store",
          "Keep responses with what they answer, for previous_response_id and GET "
          "/v1/responses/ID, unless a client says store: false."},
         responses.store);
  v.number({"keep_hours", "How long they are kept after they were last used."}, responses.keep,
           {1, 87'600});
  v.number({"max_bytes", "How much is kept; the longest unused goes first."}, responses.maxBytes,
           {1'048'576, 1'099'511'627'776});
  v.choice({"hosted_tools",
            "What becomes of tools that only a provider of the Responses API can run, where a "
            "request goes to another one. drop: the request is sent without them."},
           responses.hostedTools, kHostedTools);
}

template <class V>
void fields(V& v, Log& log) {
  v.choice({"format", "How lines are written."}, log.format, kLogFormats);
  v.choice({"level", "The least level that is written."}, log.level, kLogLevels);
  v.flag({"calls", "Write one line for each call."}, log.calls);
}

template <class V>
void fields(V& v, Timeouts& timeouts) {
  v.number({"connect_ms", "For the name, the connection and TLS."}, timeouts.connect, kTime);
  v.number({"first_byte_ms", "From the request sent to the answer's head, if it is streamed."},
           timeouts.firstByte, kTime);
  v.number({"first_content_ms", "To the first content of a stream, beside `connect_ms`."},
           timeouts.firstContent, kTime);
  v.number(
      {"answer_ms",
       "From the request sent to an answer that is not streamed: its head comes when all of it "
       "is written."},
      timeouts.answer, kTime);
  v.number({"idle_ms", "Between two reads of an answer."}, timeouts.idle, kTime);
  v.number({"total_ms", "Of one try, from its beginning to its end."}, timeouts.total, kTime);
}

// A provider's key that stands in a file of its own.
struct KeyFile {
  std::string path;
};

template <class V>
void fields(V& v, KeyFile& key) {
  v.text({"file", "The file that holds the key. Blanks and line ends behind it do not count.",
          Presence::required},
         key.path, kPath);
}

template <class V>
void fields(V& v, Provider& provider) {
  v.text({"component", "The plugin component that speaks to it: a short or a full id.",
          Presence::required},
         provider.component, kId);
  v.text({"base_url", "Where it is, with the path before /chat/completions and the like."},
         provider.baseUrl, kUrl);
  v.keyOrKeys(
      {"key",
       "Its key, or {file} with where it is. If its variable is not set, the provider is off."},
      {"keys", "Several keys, shared out. Those whose variable is not set do not count."},
      provider.keys);
  v.group({"timeouts", "How long a try may take."}, provider.timeouts);
  v.choice({"unsupported",
            "What is done with fields that it cannot express. Left out: as attempts.unsupported "
            "says.",
            Presence::derived},
           provider.unsupported, kUnsupported);
  v.flag({"ask_for_usage", "Ask for token counts where an answer is streamed."},
         provider.askForUsage);
  v.settings({"settings", "The component's own settings, checked against its schema."},
             provider.settings);
  v.flag({"enabled", "false: the provider is off."}, provider.on);
  v.remark("off_because", provider.offBecause);
}

template <class V>
void fields(V& v, Model& model) {
  v.price({"input", "USD for a million input tokens."}, model.input);
  v.price({"output", "USD for a million output tokens."}, model.output);
  v.price({"cache_read", "USD for a million input tokens read from the provider's cache."},
          model.cacheRead);
  v.price({"cache_write", "USD for a million input tokens written to the provider's cache."},
          model.cacheWrite);
  v.number({"context", "Tokens of input and output together."}, model.context, kTokens);
  v.number({"max_output", "Tokens of output."}, model.maxOutput, kTokens);
  v.flag({"tools", "Whether it calls tools."}, model.tools);
  v.flag({"vision", "Whether it reads images."}, model.vision);
  v.flag({"reasoning", "Whether it thinks before it answers."}, model.reasoning);
  v.settings({"labels", "Anything else a strategy may want to know."}, model.labels);
}

template <class V>
void fields(V& v, Route& route) {
  v.text({"match", "Model names it is for; '*' stands for any characters.", Presence::required},
         route.match, kRoutePattern);
  v.text({"provider", "The provider that gets them.", Presence::required}, route.provider,
         kProviderName);
  v.text({"model", "What that provider calls them; '*' stands for the name asked for."},
         route.model, kRouteModel);
}

template <class V>
void fields(V& v, VirtualModel& model) {
  v.text({"description", "For people who list the models."}, model.description, kAnyText);
  v.text({"strategy", "The strategy component that orders the targets."}, model.strategy, kId);
  v.settings({"settings", "The strategy's own settings, checked against its schema."},
             model.settings);
  v.items({"targets", "The models it may use, each as provider/model.", Presence::required},
          model.targets);
}

template <class V>
void fields(V& v, Config& config) {
  v.includes({"include",
              "Files to take in, relative to this one; '*' and '?' match names. Maps are merged, "
              "lists are appended, and what this file says wins; but a provider or virtual model "
              "is in one file only."});
  v.group({"server", "The listener."}, config.server);
  v.group({"auth", "Who may call."}, config.auth);
  v.group({"plugins", "Plugin files."}, config.plugins);
  v.group({"upstream", "Connections to providers."}, config.upstream);
  v.group({"attempts", "How often and how long a call is tried."}, config.attempts);
  v.group({"responses", "The Responses API."}, config.responses);
  v.group({"log", "The log, written to standard error."}, config.log);
  v.text({"state_dir",
          "Where Sluice keeps state: the copies of plugins that it runs, and responses. Left out: "
          "$XDG_STATE_HOME/sluice, or $HOME/.local/state/sluice, or ./state.",
          Presence::derived},
         config.stateDirectory, kPath);
  v.named({"providers", "Upstreams by name."}, config.providers, kProviderName);
  v.named({"models", "What is known of models, by provider/model."}, config.models, kModelName);
  v.items({"routes",
           "Which provider gets a plain model name: that of the first match whose provider is on."},
          config.routes);
  v.named({"virtual_models", "Names that stand for several models."}, config.virtualModels,
          kVirtualModelName);
}

}  // namespace sluice::config
