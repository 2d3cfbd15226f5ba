#include "storage/response_database.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

namespace sluice::storage {

namespace {

using namespace Poco::Data::Keywords;

constexpr int kBusySeconds = 2;                        // while another process holds the file
constexpr std::int64_t kSweepEvery = 60;               // seconds
constexpr std::int64_t kTouchAfter = 3600;             // seconds since the last use was noted
constexpr std::size_t kTurnsMost = 10'000;             // of one conversation
constexpr std::uint64_t kConversationMost = 64 << 20;  // bytes

constexpr const char* kResponses =
    "CREATE TABLE IF NOT EXISTS responses (id TEXT PRIMARY KEY, owner TEXT NOT NULL, "
    "previous TEXT NOT NULL, provider TEXT NOT NULL, used INTEGER NOT NULL, size INTEGER NOT NULL, "
    "response TEXT NOT NULL, input TEXT NOT NULL, events TEXT NOT NULL, "
    "keeper TEXT NOT NULL DEFAULT '', pending INTEGER NOT NULL DEFAULT 0)";
// What a file that was made before may lack, in the table's order.
struct Column {
  const char* name;
  const char* definition;
};
constexpr std::array<Column, 2> kAdded{Column{"keeper", "keeper TEXT NOT NULL DEFAULT ''"},
                                       Column{"pending", "pending INTEGER NOT NULL DEFAULT 0"}};
constexpr const char* kByUse =
    "CREATE INDEX IF NOT EXISTS responses_by_use ON responses (used, size)";
constexpr const char* kItems =
    "CREATE TABLE IF NOT EXISTS items (id TEXT NOT NULL, response TEXT NOT NULL "
    "REFERENCES responses (id) ON DELETE CASCADE, PRIMARY KEY (id, response)) WITHOUT ROWID";
constexpr const char* kByResponse =
    "CREATE INDEX IF NOT EXISTS items_by_response ON items (response)";

std::int64_t now() { return static_cast<std::int64_t>(std::time(nullptr)); }

// Poco would open a transaction that takes its lock too late.
class Transaction {
 public:
  explicit Transaction(Poco::Data::Session& session) : session_(session) {
    session_ << "BEGIN IMMEDIATE", Poco::Data::Keywords::now;
  }
  ~Transaction() {
    if (done_) return;
    try {
      session_ << "ROLLBACK", Poco::Data::Keywords::now;
    } catch (const Poco::Exception&) {  // the database has done it already
      done_ = true;
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    session_ << "COMMIT", Poco::Data::Keywords::now;
    done_ = true;
  }

 private:
  Poco::Data::Session& session_;
  bool done_ = false;
};

std::uint64_t sizeOf(const StoredResponse& one) {
  return one.response.size() + one.input.size() + one.events.size();
}

Poco::Data::Session connect(const std::string& file) {
  Poco::Data::SQLite::Connector::registerConnector();
  return {"SQLite", file, static_cast<std::size_t>(kBusySeconds)};
}

}  // namespace

ResponseDatabase::ResponseDatabase(const std::string& file, Responses::Limits limits)
    : session_(connect(file)), keep_(limits.keep), most_(limits.bytes) {
  // A commit is in the file's journal when it returns: the end of the process loses nothing of it.
  for (const char* const pragma :
       {"PRAGMA auto_vacuum = INCREMENTAL", "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL", "PRAGMA foreign_keys = ON", "PRAGMA secure_delete = ON",
        "PRAGMA journal_size_limit = 16777216"}) {
    session_ << pragma, Poco::Data::Keywords::now;
  }
  for (const char* const table : {kResponses, kByUse, kItems, kByResponse}) {
    session_ << table, Poco::Data::Keywords::now;
  }
  for (const Column& column : kAdded) {
    std::string name = column.name;
    int there = 0;
    session_ << "SELECT COUNT(*) FROM pragma_table_info('responses') WHERE name = ?", into(there),
        use(name), Poco::Data::Keywords::now;
    if (there != 0) continue;
    session_ << std::string("ALTER TABLE responses ADD COLUMN ") + column.definition,
        Poco::Data::Keywords::now;
  }
  bytes_ = total();
}

void ResponseDatabase::limit(Responses::Limits limits) noexcept {
  keep_ = limits.keep;
  most_ = limits.bytes;
}

std::uint64_t ResponseDatabase::total() {
  std::uint64_t sum = 0;
  session_ << "SELECT COALESCE(SUM(size), 0) FROM responses", into(sum), Poco::Data::Keywords::now;
  return sum;
}

bool ResponseDatabase::save(const StoredResponse& response) {
  StoredResponse one = response;
  std::int64_t used = storage::now();
  std::uint64_t size = sizeOf(one);
  {
    Transaction transaction(session_);
    // An upstream chose the id: it must not take the place of another owner's response.
    session_
        << "INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO "
           "UPDATE SET previous = excluded.previous, provider = excluded.provider, "
           "keeper = excluded.keeper, pending = excluded.pending, "
           "used = excluded.used, size = excluded.size, response = excluded.response, "
           "input = excluded.input, events = excluded.events WHERE owner = excluded.owner",
        use(one.id), use(one.owner), use(one.previous), use(one.provider), use(used), use(size),
        use(one.response), use(one.input), use(one.events), use(one.keeper), use(one.pending),
        Poco::Data::Keywords::now;
    int saved = 0;
    session_ << "SELECT changes()", into(saved), Poco::Data::Keywords::now;
    if (saved == 0) return false;
    addItems(one);
    transaction.commit();
  }
  bytes_ += size;
  if (bytes_ > most_ || used - sweptAt_ >= kSweepEvery) sweep();
  return true;
}

void ResponseDatabase::addItems(const StoredResponse& one) {
  std::string id = one.id;
  for (std::string item : one.items) {
    session_ << "INSERT OR IGNORE INTO items VALUES (?, ?)", use(item), use(id),
        Poco::Data::Keywords::now;
  }
}

bool ResponseDatabase::settle(const StoredResponse& response) {
  StoredResponse one = response;
  std::int64_t used = storage::now();
  std::uint64_t added = one.response.size() + one.events.size();
  int settled = 0;
  {
    Transaction transaction(session_);
    session_ << "UPDATE responses SET pending = 0, used = ?, response = ?, events = ?, "
                "size = LENGTH(CAST(input AS BLOB)) + ? WHERE id = ? AND owner = ? AND pending = 1",
        use(used), use(one.response), use(one.events), use(added), use(one.id), use(one.owner),
        Poco::Data::Keywords::now;
    session_ << "SELECT changes()", into(settled), Poco::Data::Keywords::now;
    if (settled == 0) return false;
    addItems(one);
    transaction.commit();
  }
  bytes_ += added;
  if (bytes_ > most_ || used - sweptAt_ >= kSweepEvery) sweep();
  return true;
}

// The response, and before it each that it follows on, as far as they are kept. Newest first.
// Alone, one has its events.
std::vector<StoredResponse> ResponseDatabase::chain(const std::string& id, const std::string& owner,
                                                    Reach reach) {
  const std::string events = reach == Reach::alone ? "events" : "''";
  std::vector<StoredResponse> turns;
  std::string next = id, whose = owner;
  std::set<std::string> seen;
  std::uint64_t bytes = 0;
  while (!next.empty() && turns.size() < kTurnsMost && bytes <= kConversationMost) {
    StoredResponse one;
    session_ << "SELECT id, owner, previous, provider, keeper, pending, response, input, " +
                    events + " FROM responses WHERE id = ? AND owner = ? LIMIT 1",
        into(one.id), into(one.owner), into(one.previous), into(one.provider), into(one.keeper),
        into(one.pending), into(one.response), into(one.input), into(one.events), use(next),
        use(whose), Poco::Data::Keywords::now;
    if (one.id.empty()) break;
    bytes += sizeOf(one);
    seen.insert(one.id);
    // An upstream that gives an id twice could have a response follow on itself.
    next = seen.contains(one.previous) ? std::string() : one.previous;
    turns.push_back(std::move(one));
    if (reach != Reach::conversation) break;
  }
  return turns;
}

FoundResponses ResponseDatabase::find(const std::string& id, const std::string& owner, bool whole) {
  FoundResponses found;
  found.turns = chain(id, owner, whole ? Reach::conversation : Reach::alone);
  if (found.turns.empty()) {
    std::string name = id;
    int others = 0;
    session_ << "SELECT COUNT(*) FROM responses WHERE id = ?", into(others), use(name),
        Poco::Data::Keywords::now;
    found.lookup = others == 0 ? Lookup::unknown : Lookup::foreign;
    return found;
  }
  found.lookup = Lookup::found;
  std::uint64_t bytes = 0;
  for (const StoredResponse& one : found.turns) bytes += sizeOf(one);
  if (whole && (found.turns.size() >= kTurnsMost || bytes > kConversationMost)) {
    found.lookup = Lookup::tooLarge;
  } else if (whole && !found.turns.back().previous.empty()) {
    found.lookup = Lookup::cut;
  }
  if (found.lookup != Lookup::found) found.turns.clear();
  std::reverse(found.turns.begin(), found.turns.end());
  touch(found.turns);
  return found;
}

// Asked of an item that the owner has not.
bool ResponseDatabase::isAnothers(std::string item) {
  int others = 0;
  session_ << "SELECT COUNT(*) FROM items WHERE id = ?", into(others), use(item),
      Poco::Data::Keywords::now;
  return others > 0;
}

FoundResponses ResponseDatabase::holding(const std::vector<std::string>& items,
                                         const std::string& owner) {
  FoundResponses found;
  found.lookup = Lookup::found;
  std::string whose = owner;
  std::uint64_t bytes = 0;
  for (std::string item : items) {
    std::string id;
    session_ << "SELECT r.id FROM items i JOIN responses r ON r.id = i.response WHERE i.id = ? AND "
                "r.owner = ? ORDER BY r.used DESC LIMIT 1",
        into(id), use(item), use(whose), Poco::Data::Keywords::now;
    if (id.empty() && isAnothers(item)) {
      found.turns.clear();
      found.lookup = Lookup::foreign;
      found.foreign = item;
      return found;
    }
    const auto same = [&id](const StoredResponse& one) { return one.id == id; };
    if (id.empty() || std::any_of(found.turns.begin(), found.turns.end(), same)) continue;
    for (StoredResponse& one : chain(id, owner, Reach::items)) {
      bytes += sizeOf(one);
      found.turns.push_back(std::move(one));
    }
    if (bytes <= kConversationMost) continue;
    found.turns.clear();
    found.lookup = Lookup::tooLarge;
    return found;
  }
  touch(found.turns);
  return found;
}

Lookup ResponseDatabase::remove(const std::string& id, const std::string& owner) {
  const FoundResponses found = find(id, owner, false);
  if (found.lookup != Lookup::found) return found.lookup;
  std::string name = id, whose = owner;
  session_ << "DELETE FROM responses WHERE id = ? AND owner = ?", use(name), use(whose),
      Poco::Data::Keywords::now;
  bytes_ -= std::min(bytes_, sizeOf(found.turns.front()));
  return Lookup::found;
}

// What is used stays: a conversation that goes on is kept whole.
void ResponseDatabase::touch(const std::vector<StoredResponse>& turns) {
  std::int64_t used = storage::now();
  std::int64_t before = used - kTouchAfter;
  for (const StoredResponse& one : turns) {
    std::string id = one.id;
    session_ << "UPDATE responses SET used = ? WHERE id = ? AND used < ?", use(used), use(id),
        use(before), Poco::Data::Keywords::now;
  }
}

// Removes what is too old, and the oldest of what is too much; a little at a time, for calls wait.
void ResponseDatabase::sweep() {
  sweptAt_ = storage::now();
  const auto keep = std::chrono::duration_cast<std::chrono::seconds>(keep_.load());
  std::int64_t oldest = sweptAt_ - keep.count();
  session_ << "DELETE FROM responses WHERE id IN (SELECT id FROM responses WHERE used < ? "
              "ORDER BY used LIMIT 256)",
      use(oldest), Poco::Data::Keywords::now;
  bytes_ = total();
  while (bytes_ > most_) {
    int removed = 0;
    session_ << "DELETE FROM responses WHERE id IN (SELECT id FROM responses ORDER BY used, id "
                "LIMIT 16)",
        Poco::Data::Keywords::now;
    session_ << "SELECT changes()", into(removed), Poco::Data::Keywords::now;
    bytes_ = total();
    if (removed == 0) break;
  }
  session_ << "PRAGMA incremental_vacuum(256)", Poco::Data::Keywords::now;
}

}  // namespace sluice::storage
