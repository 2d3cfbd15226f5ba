#include "storage/responses.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "io/test_support.hpp"
#include "storage/response_database.hpp"

namespace sluice::storage {
namespace {

namespace fs = std::filesystem;

StoredResponse turn(const std::string& id, const std::string& previous = {},
                    const std::string& owner = "me") {
  StoredResponse made;
  made.id = id;
  made.previous = previous;
  made.owner = owner;
  made.response = "{\"id\":\"" + id + "\"}";
  made.input = "[]";
  made.items = {"msg_" + id};
  return made;
}

std::string idsOf(const FoundResponses& found) {
  std::string all;
  for (const StoredResponse& one : found.turns) all += one.id + " ";
  return all;
}

struct ResponsesTest : testing::Test {
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sluice-responses-XXXXXX").string();
    ASSERT_NE(nullptr, ::mkdtemp(pattern.data()));
    directory = pattern;
    database = std::make_unique<ResponseDatabase>(directory + "/t.db", Responses::Limits());
  }
  void TearDown() override {
    database.reset();
    fs::remove_all(directory);
  }
  std::string directory;
  std::unique_ptr<ResponseDatabase> database;
};

TEST_F(ResponsesTest, aFileThatKnowsNoKeepersIsTakenOver) {
  const std::string file = directory + "/old.db";
  {
    Poco::Data::Session old("SQLite", file);
    old << "CREATE TABLE responses (id TEXT PRIMARY KEY, owner TEXT NOT NULL, "
           "previous TEXT NOT NULL, provider TEXT NOT NULL, used INTEGER NOT NULL, "
           "size INTEGER NOT NULL, response TEXT NOT NULL, input TEXT NOT NULL, "
           "events TEXT NOT NULL)",
        Poco::Data::Keywords::now;
    old << "INSERT INTO responses VALUES ('a', 'me', '', 'p', 9999999999, 4, '{}', '[]', '')",
        Poco::Data::Keywords::now;
  }
  ResponseDatabase taken(file, Responses::Limits());
  StoredResponse next = turn("b", "a");
  next.keeper = "q";
  taken.save(next);
  const FoundResponses all = taken.find("b", "me", true);
  ASSERT_EQ("a b ", idsOf(all));
  EXPECT_EQ("", all.turns.front().keeper);
  EXPECT_EQ("q", all.turns.back().keeper);
  EXPECT_FALSE(all.turns.front().pending);
}

TEST_F(ResponsesTest, whatIsPendingIsSettledOnce) {
  StoredResponse begun = turn("a", "z");
  begun.pending = true;
  begun.keeper = "p";
  begun.input = R"([{"id":"msg_in"}])";
  database->save(begun);
  database->save(turn("b"));
  EXPECT_TRUE(database->find("a", "me", false).turns.front().pending);
  StoredResponse done = turn("a");
  done.response = R"({"id":"a","status":"completed"})";
  done.items = {"msg_out"};
  StoredResponse theirs = done;
  theirs.owner = "you";
  EXPECT_FALSE(database->settle(theirs));
  EXPECT_TRUE(database->settle(done));
  EXPECT_FALSE(database->settle(done));
  EXPECT_FALSE(database->settle(turn("b")));
  EXPECT_FALSE(database->settle(turn("nobody")));
  const StoredResponse kept = database->find("a", "me", false).turns.front();
  EXPECT_FALSE(kept.pending);
  EXPECT_EQ(done.response, kept.response);
  EXPECT_EQ(begun.input, kept.input);
  EXPECT_EQ("z", kept.previous);
  EXPECT_EQ("p", kept.keeper);
  EXPECT_EQ("a ", idsOf(database->holding({"msg_out"}, "me")));
}

TEST_F(ResponsesTest, aConversationIsFoundFromItsFirstTurnOn) {
  StoredResponse first = turn("a");
  first.provider = "p";
  first.events = "event: x\n\n";
  database->save(first);
  database->save(turn("b", "a"));
  database->save(turn("c", "b"));
  const FoundResponses all = database->find("c", "me", true);
  EXPECT_EQ(Lookup::found, all.lookup);
  EXPECT_EQ("a b c ", idsOf(all));
  EXPECT_EQ("p", all.turns.front().provider);
  EXPECT_EQ("", all.turns.front().events);
  EXPECT_EQ(first.events, database->find("a", "me", false).turns.front().events);
  EXPECT_EQ("{\"id\":\"a\"}", all.turns.front().response);
  EXPECT_EQ("c ", idsOf(database->find("c", "me", false)));
}

TEST_F(ResponsesTest, whatIsNotThereIsToldApart) {
  database->save(turn("a"));
  database->save(turn("b", "a"));
  EXPECT_EQ(Lookup::unknown, database->find("x", "me", true).lookup);
  EXPECT_EQ(Lookup::foreign, database->find("a", "you", true).lookup);
  EXPECT_EQ(Lookup::foreign, database->remove("a", "you"));
  EXPECT_EQ(Lookup::found, database->remove("a", "me"));
  EXPECT_EQ(Lookup::unknown, database->remove("a", "me"));
  EXPECT_EQ(Lookup::cut, database->find("b", "me", true).lookup);
  EXPECT_EQ(Lookup::found, database->find("b", "me", false).lookup);
}

TEST_F(ResponsesTest, nobodyTakesThePlaceOfAnothersResponse) {
  EXPECT_TRUE(database->save(turn("a")));
  StoredResponse theirs = turn("a", {}, "you");
  theirs.response = "{}";
  EXPECT_FALSE(database->save(theirs));
  EXPECT_EQ("{\"id\":\"a\"}", database->find("a", "me", false).turns.front().response);
  EXPECT_EQ(Lookup::foreign, database->find("a", "you", false).lookup);
}

TEST_F(ResponsesTest, itemsLeadToTheirResponse) {
  database->save(turn("a"));
  EXPECT_EQ("a ", idsOf(database->holding({"msg_a", "msg_x", "msg_a"}, "me")));
  database->remove("a", "me");
  EXPECT_EQ("", idsOf(database->holding({"msg_a"}, "me")));
}

// An upstream that knows the item would have told it.
TEST_F(ResponsesTest, itemsOfOthersAreNobodysToReferTo) {
  database->save(turn("a"));
  database->save(turn("b", {}, "you"));
  const FoundResponses found = database->holding({"msg_a", "msg_b"}, "me");
  EXPECT_EQ(Lookup::foreign, found.lookup);
  EXPECT_EQ("msg_b", found.foreign);
  EXPECT_EQ("", idsOf(found));
}

// Ten thousand turns of the same response were read.
TEST_F(ResponsesTest, aConversationThatGoesInACircleHasAnEnd) {
  database->save(turn("a", "a"));
  EXPECT_EQ(Lookup::cut, database->find("a", "me", true).lookup);
  database->save(turn("b", "c"));
  database->save(turn("c", "b"));
  EXPECT_EQ(Lookup::cut, database->find("c", "me", true).lookup);
  EXPECT_EQ("c ", idsOf(database->find("c", "me", false)));
}

// The events of all turns were read and counted too, which are many times as large as they say.
TEST_F(ResponsesTest, eventsDoNotMakeAConversationTooLong) {
  std::string before;
  for (int i = 0; i < 9; ++i) {
    StoredResponse one = turn("r" + std::to_string(i), before);
    one.events = std::string(8 << 20, 'x');
    database->save(one);
    before = one.id;
  }
  const FoundResponses all = database->find("r8", "me", true);
  EXPECT_EQ(Lookup::found, all.lookup);
  EXPECT_EQ(9U, all.turns.size());
}

// One request could fetch all that is kept at once.
TEST_F(ResponsesTest, whatItemsLeadToHasAnEnd) {
  std::vector<std::string> items;
  for (int i = 0; i < 9; ++i) {
    StoredResponse one = turn("r" + std::to_string(i));
    one.input = std::string(8 << 20, ' ');
    database->save(one);
    items.push_back("msg_" + one.id);
  }
  const FoundResponses found = database->holding(items, "me");
  EXPECT_EQ(Lookup::tooLarge, found.lookup);
  EXPECT_TRUE(found.turns.empty());
}

TEST_F(ResponsesTest, theLongestUnusedGoesWhenThereIsTooMuch) {
  Responses::Limits limits;
  limits.bytes = 20'000;
  database->limit(limits);
  for (int i = 0; i < 60; ++i) {
    StoredResponse one = turn("r" + std::to_string(100 + i));
    one.input = std::string(1000, ' ');
    database->save(one);
  }
  EXPECT_EQ(Lookup::unknown, database->find("r100", "me", false).lookup);
  EXPECT_EQ(Lookup::found, database->find("r159", "me", false).lookup);
}

TEST_F(ResponsesTest, whatIsTooOldGoes) {
  database->save(turn("a"));
  Responses::Limits limits;
  limits.keep = std::chrono::hours(-1);  // all of it was used before
  database = std::make_unique<ResponseDatabase>(directory + "/t.db", limits);
  database->save(turn("b"));
  EXPECT_EQ(Lookup::unknown, database->find("a", "me", false).lookup);
}

TEST_F(ResponsesTest, aLoopWaitsForItAndOnlyTheUserReadsTheFile) {
  io::Loop loop;
  auto opened = Responses::open(directory + "/state", {});
  ASSERT_TRUE(opened) << opened.error().message;
  {
    io::Scope scope(loop);
    const auto work = [](io::Loop& on, Responses& store) -> io::Task<void> {
      StoredResponse one = turn("a");
      const bool saved = co_await store.save(on, std::move(one));
      EXPECT_TRUE(saved);
      std::string id = "a", owner = "me";
      const FoundResponses found =
          co_await store.find(on, {}, std::move(id), std::move(owner), true);
      EXPECT_EQ("a ", idsOf(found));
    };
    scope.spawn(work(loop, **opened));
    io::test::finish(scope);
  }
  for (const char* name : {"responses.db", "responses.db-wal"}) {
    struct stat seen{};
    ASSERT_EQ(0, ::stat((directory + "/state/" + name).c_str(), &seen)) << name;
    EXPECT_EQ(0600u, seen.st_mode & 0777u) << name;
  }
}

TEST_F(ResponsesTest, aFileThatIsNoDatabaseIsRefused) {
  fs::create_directories(directory + "/bad/responses.db");
  EXPECT_FALSE(Responses::open(directory + "/bad", {}));
}

}  // namespace
}  // namespace sluice::storage
