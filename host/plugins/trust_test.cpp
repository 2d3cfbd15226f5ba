#include "plugins/trust.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "plugins/file_content.hpp"
#include "plugins/test_support.hpp"

using namespace sluice;
using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

// A directory with the plugin "direct" in it, which acme may have signed.
class Trust : public testing::Test {
 protected:
  Trust() : acme_(*SigningKey::generate()), file_(directory_ / "direct.so") {
    directory_.install("direct", "direct");
    const auto info = inspect(file_);
    statement_.sha256 = info->sha256;
    statement_.version = info->version;
    for (const ComponentInfo& component : info->components) {
      statement_.components.push_back(component.id);
    }
    trust_.publishers = {{"acme", acme_.publicKey().text(), ""}};
  }

  void sign(const SigningKey& key) { write(toText(*signStatement(statement_, key))); }
  void write(const std::string& signature) { std::ofstream(signatureFile(file_)) << signature; }
  // The reason why it is not opened; empty: it is.
  std::string refusal(const std::string& pin = {}) {
    config::Plugins wanted;
    wanted.directory = directory_.path();
    wanted.enable = {{"direct", pin, "x.yaml:1:1"}};
    wanted.trust = trust_;
    std::vector<Registry::Problem> problems;
    const auto registry = Registry::open(wanted, directory_.path(), problems);
    if (problems.empty()) return registry->libraries().size() == 1 ? "" : "nothing is open";
    EXPECT_TRUE(registry->libraries().empty());
    EXPECT_TRUE(problems[0].message.starts_with(file_ + ": ")) << problems[0].message;
    return problems[0].message.substr(file_.size() + 2);
  }

  TempDirectory directory_;
  SigningKey acme_;
  std::string file_;
  Statement statement_;
  config::Trust trust_;
};

TEST_F(Trust, WithoutDemandsAnythingIsOpened) {
  EXPECT_EQ(refusal(), "");
  sign(*SigningKey::generate());
  EXPECT_EQ(refusal(), "") << "a stranger's signature says nothing";
}

TEST_F(Trust, WhatIsAskedForMustBeThere) {
  trust_.require = true;
  EXPECT_EQ(refusal(),
            "is not signed, and plugins.trust.require asks for it: there is no direct.so.sig");
  sign(acme_);
  EXPECT_EQ(refusal(), "");
}

TEST_F(Trust, ALinksSignatureLiesBesideTheFileItself) {
  trust_.require = true;
  sign(acme_);
  fs::create_directory(directory_ / "of-1.2");
  fs::rename(file_, directory_ / "of-1.2/d.so");
  fs::rename(signatureFile(file_), directory_ / "of-1.2/d.so.sig");
  fs::create_symlink("of-1.2/d.so", file_);
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(vouchFor(trust_, file_, statement_.sha256, false));
}

TEST_F(Trust, AStrangersSignatureIsNone) {
  trust_.require = true;
  const SigningKey stranger = *SigningKey::generate();
  sign(stranger);
  EXPECT_EQ(refusal(), "is signed by a key that plugins.trust.publishers does not name: " +
                           stranger.publicKey().text());
  trust_.publishers.push_back({"stranger", stranger.publicKey().text(), ""});
  EXPECT_EQ(refusal(), "");
}

TEST_F(Trust, APinIsTheOperatorsOwnWord) {
  trust_.require = true;
  EXPECT_EQ(refusal(statement_.sha256), "");
  EXPECT_TRUE(refusal(std::string(64, '0')).starts_with("has the SHA-256 "));
}

TEST_F(Trust, ABadSignatureIsRefusedAlsoWhereNoneIsAskedFor) {
  write("hello\n");
  EXPECT_TRUE(refusal().starts_with("its signature direct.so.sig is no signature")) << refusal();
  Signature forged = *signStatement(statement_, acme_);
  forged.bytes[5] ^= 1;
  write(toText(forged));
  EXPECT_TRUE(refusal().starts_with("its signature direct.so.sig is not genuine")) << refusal();
}

TEST_F(Trust, OneFilesSignatureDoesNotServeAnother) {
  statement_.sha256 = std::string(64, 'b');
  sign(acme_);
  EXPECT_TRUE(refusal().starts_with("its signature direct.so.sig is for another content"))
      << refusal();
}

TEST_F(Trust, TheLibraryMustBeTheOneThatWasSigned) {
  const std::string version = statement_.version;
  statement_.version = "99.0.0";
  sign(acme_);
  EXPECT_EQ(refusal(), "says that it has version " + version + ", but is signed as version 99.0.0");
  statement_.version = version;
  statement_.components = {"org.example.reverse"};
  sign(acme_);
  EXPECT_TRUE(refusal().ends_with("but its signature does not name it")) << refusal();
}

TEST_F(Trust, AFloorHoldsWhoeverSigned) {
  trust_.minimumVersions = {{"org.example.reverse", "1.2.0", ""}, {"org.example.none", "9", ""}};
  const std::string why =
      "has version " + statement_.version +
      ", but plugins.trust.minimum_versions asks for at least 1.2.0 of org.example.reverse";
  EXPECT_EQ(refusal(), why);
  EXPECT_EQ(refusal(statement_.sha256), why);
  sign(acme_);
  EXPECT_EQ(refusal(), why);
  trust_.minimumVersions[0].version = statement_.version;
  EXPECT_EQ(refusal(), "");
}

TEST_F(Trust, AFloorIsHeldAgainstTheSignedVersionBeforeAnythingRuns) {
  trust_.minimumVersions = {{"org.example.reverse", "1.2.0", ""}};
  sign(acme_);
  EXPECT_FALSE(vouchFor(trust_, file_, statement_.sha256, false));
}

TEST_F(Trust, AVersionThatCannotBeComparedIsUnderEveryFloor) {
  trust_.minimumVersions = {{"a.b", "1.0.0", ""}};
  LibraryInfo library;
  library.version = "spring";
  library.components = {{Kind::search, "a.b", "", "", {}}};
  EXPECT_EQ(faultOfOpened(trust_, {}, library)->message,
            "has version spring, which cannot be compared with 1.0.0, the least that "
            "plugins.trust.minimum_versions allows for a.b");
  library.components[0].id = "a.c";
  EXPECT_FALSE(faultOfOpened(trust_, {}, library));
}

TEST_F(Trust, ALibraryThatIsOpenAlreadyIsJudgedAnew) {
  config::Plugins wanted;
  wanted.enable = {{"direct", "", ""}};
  std::vector<Registry::Problem> problems;
  const auto before = Registry::open(wanted, directory_.path(), problems);
  ASSERT_TRUE(problems.empty());
  trust_.minimumVersions = {{"org.example.reverse", "1.2.0", ""}};
  EXPECT_NE(refusal(), "");
}

TEST_F(Trust, WhatIsUnderAFloorIsMappedOnceAndMayRunLater) {
  Log log;
  const TempDirectory directory, state;
  const auto copies = *Copies::in(state.path());
  directory.install("staying_1", "staying");
  config::Plugins wanted;
  wanted.enable = {{"staying", "", ""}};
  const auto open = [&] {
    std::vector<Registry::Problem> problems;
    Registry::open(wanted, directory.path(), problems, copies);
    return problems.size();
  };
  wanted.trust.minimumVersions = {{"org.example.versioned", "2.0.0", ""}};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(open(), 1u);
  const auto copied = [&] {
    return std::distance(fs::directory_iterator(copies->directory()), fs::directory_iterator());
  };
  EXPECT_EQ(copied(), 1);
  EXPECT_EQ(log.count("staying: initialised version 1"), 0);
  wanted.trust.minimumVersions.clear();
  EXPECT_EQ(open(), 0u);
  EXPECT_EQ(copied(), 1);
  EXPECT_EQ(log.count("staying: initialised version 1"), 1);
}

TEST_F(Trust, AFloorThatHoldsForNothingIsANotice) {
  config::Plugins wanted;
  wanted.enable = {{"direct", "", ""}};
  wanted.trust.minimumVersions = {{"org.example.reverse", "0.0.1", "x.yaml:1:1"},
                                  {"org.example.revers", "7.0.0", "x.yaml:2:1"},
                                  {"com.acme.hello", "7.0.0", ""}};
  std::vector<Registry::Problem> problems;
  const std::string what = "plugins.trust.minimum_versions: no plugin that is enabled offers ";
  EXPECT_EQ(Registry::open(wanted, directory_.path(), problems)->floorNotices(wanted.trust),
            (std::vector<std::string>{
                "x.yaml:2:1: " + what +
                    "org.example.revers, so that this protects nothing; did you mean "
                    "org.example.reverse?",
                what + "com.acme.hello, so that this protects nothing"}));
}

TEST_F(Trust, ADirectoryThatOthersWriteToIsNotOpened) {
  fs::permissions(directory_.path(), fs::perms(0777));
  config::Plugins wanted;
  wanted.enable = {{"direct", "", "x.yaml:1:1"}};
  std::vector<Registry::Problem> problems;
  EXPECT_TRUE(Registry::open(wanted, directory_.path(), problems)->libraries().empty());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].message.starts_with("no plugin is opened: " + directory_.path() +
                                              " can be written to by everyone"))
      << problems[0].message;
}

TEST_F(Trust, AFileThatOthersWriteToIsNotOpened) {
  fs::permissions(file_, fs::perms(0666));
  EXPECT_TRUE(refusal().ends_with("chmod go-w " + file_)) << refusal();
}

}  // namespace
