#include <gtest/gtest.h>

#include "io/offload.hpp"
#include "plugins/component.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using Strings = std::vector<std::string>;

// What opening a test plugin complains of, without the file's name in front.
std::string complaintOf(const std::string& stem) {
  const Opened opened = openPlugins({stem});
  EXPECT_TRUE(opened.registry->libraries().empty());
  if (opened.problems.size() != 1) return "problems: " + std::to_string(opened.problems.size());
  const std::string prefix = pluginFile(stem) + ": ";
  EXPECT_TRUE(opened.problems[0].starts_with(prefix)) << opened.problems[0];
  return opened.problems[0].substr(prefix.size());
}

TEST(RegistryOpen, SaysWhyALibraryCannotBeUsed) {
  EXPECT_EQ(complaintOf("no_such"), "no such file");
  EXPECT_EQ(complaintOf("not_a_plugin"), "is not a plugin: it exports no sluice_plugin_entry");
  EXPECT_EQ(complaintOf("undefined_symbol"), "cannot be opened: undefined symbol: noSuchFunction");
  EXPECT_EQ(complaintOf("refuses"), "does not serve plugin ABI 0.2");
  EXPECT_EQ(complaintOf("newer_major"), "was built for plugin ABI 1.0; this host speaks 0.2");
  EXPECT_EQ(complaintOf("other_minor"), "was built for plugin ABI 0.3; this host speaks 0.2");
  EXPECT_EQ(complaintOf("tiny_table"), "is broken: it says that its library table has 4 bytes");
  EXPECT_EQ(complaintOf("huge_table"),
            "is broken: it says that its library table has 1073741824 bytes");
  EXPECT_EQ(complaintOf("short_table"), "is broken: its library table is too short (40 bytes)");
  EXPECT_EQ(complaintOf("no_components"), "offers no components");
  EXPECT_EQ(complaintOf("too_many"), "is broken: it says that it has 1000000 components");
  EXPECT_EQ(
      complaintOf("init_fails"),
      "failed to initialise: the model file is gone; its code cannot be unloaded, so that only a "
      "restart tries it again");
}

TEST(RegistryOpen, SaysWhyAFileIsNoLibrary) {
  const TempDirectory directory;
  std::ofstream(directory / "text.so") << "not ELF at all";
  fs::create_directory(directory / "folder.so");
  const Opened opened = openPlugins({"text", "folder", "test"}, directory.path());
  EXPECT_EQ(opened.problems,
            (Strings{directory / "text.so: cannot be opened: file too short",
                     directory / "folder.so: is not a regular file",
                     directory / "test.so: no such file; did you mean \"text\"?"}));
}

TEST(RegistryOpen, LeavesOutComponentsThatCannotBeUsedAndKeepsTheRest) {
  const Opened opened = openPlugins({"components"});
  const std::string file = pluginFile("components") + ": component ";
  EXPECT_EQ(
      opened.problems,
      (Strings{
          file + "2: is missing from the table",
          file + "3: is broken: it says that its table has 8 bytes",
          file + "nodots: its id must be a reverse domain name such as org.example.echo",
          file + "org.example.strange: is of kind 9, which this host does not know",
          file + "org.example.uncreated: has no create()",
          file + "org.example.needy: needs sluice.host.teleport/1, which this host does not have",
          file + "org.example.unparsed: its settings schema is not JSON (at byte 10)",
          file + "org.example.unschemed: its settings schema is not a JSON Schema: JSON value is "
                 "not a string.",
          file + "org.example.good: is already offered by " + pluginFile("components"),
      }));
  EXPECT_EQ(opened.registry->available(Kind::provider),
            (std::vector<std::string_view>{"org.example.good"}));
}

TEST(RegistryOpen, AComponentIsTakenFromTheFirstLibraryThatOffersIt) {
  const Opened opened = openPlugins({"versioned_1", "versioned_2", "versioned_1"});
  EXPECT_EQ(opened.problems, (Strings{pluginFile("versioned_2") +
                                      ": component org.example.versioned: is already offered by " +
                                      pluginFile("versioned_1")}));
  ASSERT_EQ(opened.registry->libraries().size(), 2u);
  EXPECT_TRUE(opened.registry->libraries()[1].components.empty());
}

TEST(RegistryOpen, ChecksTheContent) {
  const std::string hash = openPlugins({"codec"}).registry->libraries().at(0).sha256;
  ASSERT_EQ(hash.size(), 64u);
  config::Plugins wanted;
  wanted.enable = {{"codec", hash, "sluice.yaml:3:5"}};
  std::vector<Registry::Problem> problems;
  EXPECT_EQ(Registry::open(wanted, SLUICE_TEST_PLUGINS, problems)->libraries().size(), 1u);
  EXPECT_TRUE(problems.empty());

  const std::string other(64, '0');
  wanted.enable[0].sha256 = other;
  EXPECT_TRUE(Registry::open(wanted, SLUICE_TEST_PLUGINS, problems)->libraries().empty());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].where, "sluice.yaml:3:5");
  EXPECT_EQ(problems[0].message, pluginFile("codec") + ": has the SHA-256 " + hash +
                                     ", but the configuration wants " + other);
}

TEST(RegistryOpen, TellsWhatALibraryIs) {
  const Opened opened = openPlugins({"codec"});
  const LibraryInfo& info = opened.registry->libraries().at(0);
  EXPECT_EQ(info.file, pluginFile("codec"));
  EXPECT_EQ(info.stem, "codec");
  EXPECT_EQ(info.vendor, "example");
  EXPECT_EQ(info.version, "1.0.0");
  EXPECT_EQ(info.license, "Apache-2.0");
  EXPECT_EQ(info.abiMajor, 0u);
  EXPECT_EQ(info.abiMinor, 2u);
  ASSERT_EQ(info.components.size(), 1u);
  EXPECT_EQ(info.components[0].kind, Kind::provider);
  EXPECT_EQ(info.components[0].description, "does as it is told");
  EXPECT_EQ(info.components[0].dialects, Strings{"openai.chat"});
  EXPECT_NE(info.components[0].settingsSchema.find("additionalProperties"), std::string::npos);
}

TEST(RegistryFind, ByFullAndByShortId) {
  const Opened opened = openPlugins({"direct"});
  const ComponentInfo* found = opened.registry->find(Kind::provider, "threaded");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, "org.example.threaded");
  EXPECT_EQ(opened.registry->find(Kind::provider, "org.example.threaded"), found);
  EXPECT_EQ(opened.registry->find(Kind::strategy, "threaded"), nullptr);
  EXPECT_EQ(opened.registry->find(Kind::provider, "thread"), nullptr);
}

TEST(RegistryCreate, SaysWhatIsNotOffered) {
  const Opened opened = openPlugins({"direct"});
  const auto near = opened.registry->create(Kind::provider, "treaded", "mine", "{}");
  EXPECT_EQ(near.error().message,
            "mine: no plugin offers a provider \"treaded\"; did you mean \"threaded\"?");
  const auto far = opened.registry->create(Kind::search, "duck", "mine", "{}");
  EXPECT_EQ(
      far.error().message,
      "mine: no plugin offers a search \"duck\"; plugins.enable names the files that are opened");
}

TEST(RegistryCreate, NamesTheFileThatWasToOfferIt) {
  const Opened opened = openPlugins({"refuses"});
  const auto made = opened.registry->create(Kind::provider, "org.example.refuses", "mine", "{}");
  EXPECT_TRUE(made.error().message.ends_with("/refuses.so could not be used"))
      << made.error().message;
}

TEST(RegistryCreate, ChecksSettings) {
  const Opened opened = openPlugins({"codec", "direct"});
  const auto create = [&](const char* id, const char* settings) {
    return opened.registry->create(Kind::provider, id, "mine", settings).error().message;
  };
  EXPECT_EQ(create("codec", R"({"headers": {"X": 5}, "maek": "silent"})"),
            "mine (org.example.codec): settings.headers.X: expected string, found number; "
            "settings.maek: no such setting; did you mean make?");
  EXPECT_EQ(create("codec", "{"), "mine (org.example.codec): settings: is not JSON (at byte 2)");
  EXPECT_EQ(create("threaded", "5"),
            "mine (org.example.threaded): settings: expected object, found number");
}

TEST(RegistryCreate, SaysWhyAPluginMadeNothing) {
  const Opened opened = openPlugins({"codec", "direct"});
  const auto complaint = [&](const std::string& make) {
    const auto made =
        opened.registry->create(Kind::provider, "codec", "mine", R"({"make": ")" + make + "\"}");
    return made ? "made" : made.error().message;
  };
  const std::string who = "mine (org.example.codec): ";
  EXPECT_EQ(complaint("refuse"), who + "could not be created: no such region [31m");
  EXPECT_EQ(complaint("silent"), who + "could not be created: no reason given");
  EXPECT_EQ(complaint("throw"),
            who + "could not be created: threw an exception across the plugin ABI");
  EXPECT_EQ(complaint("misshapen"), who + "the plugin made a broken instance");
  EXPECT_EQ(complaint("hollow"), who + "has a broken sluice.codec/1");
  EXPECT_EQ(complaint("faceless"), who + "has neither sluice.codec/1 nor sluice.direct/1");
  const auto made = opened.registry->create(Kind::strategy, "threaded-rank", "mine", "{}");
  EXPECT_EQ(made.error().message,
            "mine (org.example.threaded-rank): is a strategy without sluice.strategy/1");
}

TEST(RegistryCreate, TheInstanceKnowsWhatItIs) {
  const auto codec = makeInstance("codec", "codec");
  EXPECT_EQ(codec->name(), "it");
  EXPECT_EQ(codec->componentId(), "org.example.codec");
  EXPECT_TRUE(codec->hasCodec());
  EXPECT_FALSE(codec->hasDirect());
  EXPECT_FALSE(codec->hasStrategy());
  EXPECT_TRUE(codec->speaks("openai.chat"));
  EXPECT_FALSE(codec->speaks("openai"));
}

TEST(RegistryCreate, FacesThatAreNotThereAreFaults) {
  const auto codec = makeInstance("codec", "codec");
  const auto direct = makeInstance("direct", "threaded");
  io::Loop loop;
  io::WorkerPool workers(0, 1);
  Encoded encoded;
  Fault fault;
  EXPECT_EQ(must(direct->encode({}, "", encoded)).message,
            "it (org.example.threaded): has no sluice.codec/1");
  EXPECT_EQ(direct->open({}, 200, {}, fault), nullptr);
  EXPECT_EQ(fault.code, Code::unimplemented);
  EXPECT_EQ(codec->start({}, loop, workers, fault), nullptr);
  EXPECT_EQ(fault.message, "it (org.example.codec): has no sluice.direct/1");
  std::vector<std::uint32_t> order;
  EXPECT_EQ(must(codec->rank({}, {}, order)).message,
            "it (org.example.codec): has no sluice.strategy/1");
}

TEST(Instances, EachIsRetiredAndDestroyedOnce) {
  Log log;
  auto instance = makeInstance("codec", "codec");
  instance->retire();
  instance->retire();
  instance.reset();
  EXPECT_EQ(log.lines(),
            (Strings{"it (org.example.codec): created with a clock",
                     "it (org.example.codec): retired", "it (org.example.codec): destroyed"}));
  EXPECT_EQ(log.levels().front(), 3) << "levels that do not exist become errors";
  makeInstance("codec", "codec").reset();
  EXPECT_EQ(log.count("it (org.example.codec): retired"), 2) << "also where nobody asked for it";
}

TEST(Instances, AThousandComeAndGo) {
  Log log;
  for (int i = 0; i < 1000; ++i) makeInstance("codec", "codec").reset();
  EXPECT_EQ(log.count("it (org.example.codec): destroyed"), 1000);
}

TEST(Libraries, AreInitialisedOnceForAllWhoShareThem) {
  Log log;
  Opened first = openPlugins({"versioned_1"});
  Opened second = openPlugins({"versioned_1"});
  EXPECT_EQ(log.lines(), Strings{"versioned_1: initialised version 1"});
  first = {};
  EXPECT_EQ(log.lines().size(), 1u) << "the second registry still has it";
  second = {};
  EXPECT_EQ(log.lines().back(), "versioned_1: ended version 1");
}

TEST(Libraries, StayAsLongAsAnInstance) {
  Log log;
  auto instance = makeInstance("versioned_1", "versioned");
  EXPECT_EQ(log.count("versioned_1: ended version 1"), 0);
  Encoded encoded;
  EXPECT_FALSE(instance->encode({}, "", encoded));
  EXPECT_EQ(encoded.path, "/version/1");
  instance.reset();
  EXPECT_EQ(log.lines().back(), "versioned_1: ended version 1");
}

std::string versionOf(const Instance& instance) {
  Encoded encoded;
  EXPECT_FALSE(instance.encode({}, "", encoded));
  return encoded.path;
}

// Replaces a plugin under a running instance, and back.
void replaceWhileRunning(const std::string& first, const std::string& second) {
  const TempDirectory directory;
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  const auto open = [&] {
    const Opened opened = openPlugins({"mine"}, directory.path(), copies);
    EXPECT_EQ(opened.problems, Strings{});
    return *opened.registry->create(Kind::provider, "versioned", "it", "{}");
  };
  directory.install(first, "mine");
  auto old = open();
  directory.install(second, "mine");
  auto now = open();
  EXPECT_EQ(versionOf(*old), "/version/1");
  EXPECT_EQ(versionOf(*now), "/version/2");

  directory.install(first, "mine");  // and back again
  EXPECT_EQ(versionOf(*open()), "/version/1");
  old.reset();
  now.reset();
  waitForRetired();
  directory.install(second, "mine");
  EXPECT_EQ(versionOf(*open()), "/version/2");
}

TEST(Libraries, AReplacedFileIsNewCodeWhileTheOldRunsOn) {
  replaceWhileRunning("versioned_1", "versioned_2");
}
TEST(Libraries, AReplacedFileIsNewCodeAlsoWhereTheOldNeverGoes) {
  replaceWhileRunning("staying_1", "staying_2");
}

TEST(Libraries, AFileThatCannotBeCopiedIsAProblem) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  fs::remove_all(state / "plugin-copies");
  const Opened opened = openPlugins({"codec"}, SLUICE_TEST_PLUGINS, copies);
  EXPECT_EQ(opened.problems, Strings{pluginFile("codec") + ": cannot be copied into " +
                                     (state / "plugin-copies") + ": No such file or directory"});
}

TEST(Libraries, TheOriginalMayBeTruncatedWhileItsCodeRuns) {
  const TempDirectory directory;
  directory.install("versioned_1", "mine");
  const Opened opened = openPlugins({"mine"}, directory.path());
  const auto instance = *opened.registry->create(Kind::provider, "versioned", "it", "{}");
  std::ofstream(directory / "mine.so", std::ios::trunc) << "not ELF at all";
  EXPECT_EQ(versionOf(*instance), "/version/1");
}

TEST(Libraries, WhatMayNotBeUnloadedBeginsAfreshFromACopy) {
  Log log;
  for (int i = 0; i < 3; ++i) {
    makeInstance("staying_1", "versioned").reset();
    waitForRetired();
  }
  EXPECT_EQ(log.count("staying_1: initialised version 1"), 3);
  EXPECT_EQ(log.count("staying_1: ended version 1"), 3);
}

TEST(Libraries, WhatALaterGenerationOpensDoesNotDrain) {
  const TempDirectory directory;
  directory.install("versioned_1", "mine");
  config::Plugins wanted;
  wanted.enable = {{"mine", "", ""}};
  std::vector<Registry::Problem> problems;
  const auto first = Registry::open(wanted, directory.path(), problems, nullptr, 1);
  directory.install("versioned_2", "mine");
  const auto second = Registry::open(wanted, directory.path(), problems, nullptr, 2);
  EXPECT_EQ(first->report().find(R"("draining")"), std::string::npos) << first->report();
  EXPECT_EQ(first->report().find(R"("version":"2")"), std::string::npos) << first->report();
  EXPECT_NE(second->report().find(R"("draining")"), std::string::npos) << second->report();
}

TEST(Libraries, WhatIsRefusedIsMappedOnce) {
  const TempDirectory state;
  const auto copies = *Copies::in(state.path());
  const auto footprint = [&] {
    std::ifstream maps("/proc/self/maps");
    std::size_t files = 0;  // beside them is memory, of which a sanitizer takes ever more
    for (std::string line; std::getline(maps, line);) files += line.find('/') != line.npos ? 1 : 0;
    const auto open =
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    return std::pair(files, open);
  };
  const TempDirectory directory;
  for (const char* stem :
       {"not_a_plugin", "refuses", "tiny_table", "no_components", "init_fails"}) {
    directory.install(stem, stem);
    const auto open = [&] {
      const auto problems = openPlugins({stem}, directory.path(), copies).problems;
      waitForRetired();
      EXPECT_EQ(problems.size(), 1u);
      return problems;
    };
    const auto first = open();
    const auto before = footprint();
    for (int i = 0; i < 8; ++i) EXPECT_EQ(open(), first);
    EXPECT_EQ(footprint(), before) << stem;
  }
}

TEST(Libraries, AHardLinkIsALibraryOfItsOwn) {
  const TempDirectory directory;
  directory.install("versioned_1", "one");
  fs::create_hard_link(directory / "one.so", directory / "two.so");
  Log log;
  const Opened one = openPlugins({"one"}, directory.path());
  const Opened two = openPlugins({"two"}, directory.path());
  EXPECT_EQ(log.count("one: initialised version 1"), 1);
  EXPECT_EQ(log.count("two: initialised version 1"), 1);
}

TEST(ComponentId, IsAReverseDomainName) {
  for (const char* id : {"sluice.openai", "org.example.a-b_c9", "a.b"}) {
    EXPECT_TRUE(isComponentId(id)) << id;
  }
  for (const char* id : {"", "openai", ".a", "a.", "a..b", "a.B", "a.b c", "a.\xc3\xa9", "a/b.c"}) {
    EXPECT_FALSE(isComponentId(id)) << id;
  }
}

}  // namespace
