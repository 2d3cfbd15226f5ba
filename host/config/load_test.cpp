#include "config/load.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "config/dump.hpp"

namespace sluice::config {
namespace {

Options with(std::map<std::string, std::string> environment) {
  Options options;
  options.environment = orElse({}, std::move(environment));
  options.dotEnv.clear();
  return options;
}

// The configuration of a text that must load.
Config good(const Loaded& loaded) {
  EXPECT_TRUE(loaded.config.has_value()) << render(loaded.faults);
  return loaded.config.value_or(Config());
}

TEST(Load, GivesTypedValues) {
  const Loaded loaded = loadText("dir/sluice.yaml", R"(
server: {listen: "[::1]:1234", drain_seconds: 7, keep_alive_ms: 1500, tls: {}}
log: {format: json, level: warning}
providers:
  a:
    component: openai
    base_url: https://a.example/v1/
    keys: ["${A}", "${B}"]
    settings: {z: 1, a: [true, "x"], m: {n: ~}}
  b: {component: demo, key: "${B}"}
models:
  a/x/y: {input: 0.25, context: 1000, tools: false}
routes:
  - {match: "x*", provider: a}
virtual_models:
  v: {strategy: ranked, targets: [a/x/y, b/z]}
)",
                                 with({{"A", "secret"}}));
  const Config config = good(loaded);
  EXPECT_EQ(config.source, "dir/sluice.yaml");
  EXPECT_EQ(config.server.host, "::1");
  EXPECT_EQ(config.server.port, 1234);
  EXPECT_EQ(config.server.drain, std::chrono::seconds(7));
  EXPECT_EQ(config.server.keepAlive, Milliseconds(1500));
  EXPECT_EQ(config.server.maxConnections, Server().maxConnections);
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.log.level, LogLevel::warning);
  ASSERT_EQ(config.providers.size(), 2U);
  const Provider& a = config.providers[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_EQ(a.baseUrl, "https://a.example/v1");
  EXPECT_EQ(a.keys, std::vector<Secret>{Secret("secret")});
  EXPECT_EQ(a.settings, R"({"z":1,"a":[true,"x"],"m":{"n":null}})");
  EXPECT_TRUE(a.on);
  EXPECT_EQ(a.where, "dir/sluice.yaml:5:3");
  const Provider& b = config.providers[1];
  EXPECT_FALSE(b.on);
  EXPECT_EQ(b.offBecause, "B is not set");
  EXPECT_EQ(b.settings, "{}");
  ASSERT_EQ(config.models.size(), 1U);
  EXPECT_EQ(config.models[0].provider, "a");
  EXPECT_EQ(config.models[0].name, "x/y");
  EXPECT_EQ(config.models[0].input, Decimal::parse("0.25"));
  EXPECT_EQ(config.models[0].output, std::nullopt);
  EXPECT_EQ(config.models[0].context, 1000U);
  EXPECT_EQ(config.models[0].tools, false);
  EXPECT_EQ(config.models[0].vision, std::nullopt);
  ASSERT_EQ(config.routes.size(), 1U);
  EXPECT_EQ(config.routes[0].where, "dir/sluice.yaml:14:5");
  ASSERT_EQ(config.virtualModels.size(), 1U);
  ASSERT_EQ(config.virtualModels[0].targets.size(), 2U);
  EXPECT_EQ(config.virtualModels[0].targets[0].model, "x/y");
  EXPECT_EQ(config.virtualModels[0].targets[1].provider, "b");
  EXPECT_EQ(config.virtualModels[0].targets[1].where, "dir/sluice.yaml:16:42");
}

TEST(Load, TellsWhyAFileCannotBeRead) {
  const Loaded missing = loadFile("/nowhere/sluice.yaml", with({}));
  EXPECT_FALSE(missing.config);
  EXPECT_EQ(render(missing.faults),
            "/nowhere/sluice.yaml: error: cannot be read: No such file or directory");
  const Loaded directory = loadFile(std::filesystem::temp_directory_path(), with({}));
  EXPECT_FALSE(directory.config);
  ASSERT_EQ(directory.faults.size(), 1U);
  EXPECT_EQ(directory.faults[0].message, "cannot be read: it is a directory");
}

TEST(Load, SkipsAByteOrderMark) {
  const Loaded loaded = loadText("sluice.yaml", "\xef\xbb\xbflgo: {}\n", with({}));
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(loaded.faults[0].column, 1U);
  EXPECT_EQ(loaded.faults[0].sourceLine, "lgo: {}");
}

TEST(Load, ReadsTextsWithManyEscapes) {
  std::string written;
  for (int i = 0; i < 200; ++i) written += "''";
  const Loaded loaded = loadText("sluice.yaml", "state_dir: '/" + written + "'\n", with({}));
  EXPECT_EQ(good(loaded).stateDirectory, "/" + std::string(200, '\''));
}

TEST(Load, RefusesIncludesWhereThereAreNone) {
  Options options = with({});
  options.includes = false;
  const Loaded loaded = loadText("sluice.yaml", "include: [/etc/passwd]\n", options);
  ASSERT_EQ(loaded.faults.size(), 1U);
  EXPECT_EQ(loaded.faults[0].message, "files cannot be included here");
}

TEST(Load, TakesAnAbsentDotEnvForNone) {
  Options options = with({});
  options.dotEnv = "/nowhere/.env";
  EXPECT_TRUE(loadText("sluice.yaml", "", options).config);
}

TEST(Dump, ShowsNoSecret) {
  const Loaded loaded = loadText("sluice.yaml", R"(
auth: {client_keys: [hunter2], admin_token: hunter2}
providers:
  a:
    component: openai
    key: hunter2
    settings: {api_key: hunter2, nested: {tokens: [x], client_secret: [hunter2], password: ~}, plain: "1"}
)",
                                 with({}));
  const std::string text = dump(good(loaded));
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_NE(text.find("\"api_key\": \"***\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"password\": null"), std::string::npos) << text;
  EXPECT_NE(text.find("\"plain\": \"1\""), std::string::npos) << text;
}

TEST(Shipped, LoadsWithoutAnyVariable) {
  const Loaded loaded = loadEmbedded(with({}));
  const Config config = good(loaded);
  EXPECT_TRUE(loaded.notices.empty());
  EXPECT_EQ(config.source, "embedded defaults");
  EXPECT_EQ(config.auth.mode, AuthMode::open);
  EXPECT_EQ(config.server.host, "127.0.0.1");
  EXPECT_EQ(config.server.port, 8090);
  std::string on;
  for (const Provider& provider : config.providers) {
    if (provider.on) on += provider.name + ' ';
    else EXPECT_TRUE(provider.offBecause.ends_with(" is not set")) << provider.offBecause;
  }
  EXPECT_EQ(on, "demo ollama ");
}

TEST(Shipped, LoadsWithEveryVariableSet) {
  Options options = with({});
  options.environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "PORT") return "9001";
    if (name.ends_with("_BASE_URL") || name.ends_with("_ENDPOINT")) return "http://host:11434/v1";
    return "value-of-" + name;
  };
  const Loaded loaded = loadEmbedded(options);
  const Config config = good(loaded);
  EXPECT_EQ(config.server.port, 9001);
  EXPECT_EQ(config.auth.mode, AuthMode::keys);
  for (const Provider& provider : config.providers) {
    EXPECT_TRUE(provider.on) << provider.offBecause;
    EXPECT_EQ(provider.keys.size(), provider.name == "demo" ? 0U : 1U) << provider.name;
  }
}

TEST(Shipped, ReachesEveryKeyedProviderByAuto) {
  const Config config = good(loadEmbedded(with({})));
  // Those that need no key, and those whose models have names of their owner's choice.
  const std::set<std::string> left = {"azure",    "demo",   "g4f", "llamacpp",
                                      "lmstudio", "ollama", "vllm"};
  ASSERT_EQ(config.virtualModels.size(), 1U);
  const VirtualModel& automatic = config.virtualModels[0];
  EXPECT_EQ(automatic.name, "auto");
  for (const Provider& provider : config.providers) {
    const auto names = [&](const Target& target) { return target.provider == provider.name; };
    const auto count = std::count_if(automatic.targets.begin(), automatic.targets.end(), names);
    EXPECT_EQ(count, left.contains(provider.name) ? 0 : 1) << provider.name;
  }
}

TEST(Shipped, IsTheFileByteForByte) {
  std::ifstream in(SLUICE_SHIPPED_CONFIG "/sluice.yaml", std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(embeddedDefaults(), file);
  EXPECT_TRUE(file.starts_with("# yaml-language-server: $schema=./sluice.schema.json\n"));
}

}  // namespace
}  // namespace sluice::config
