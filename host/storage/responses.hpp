// Responses: answers of the Responses API with what they answer, kept in an SQLite file for as long
// as the configuration says. What is saved survives the end of the process, however it ends.
// Each belongs to an owner, and is not there for any other.
// Threads: any loop. All work is done by one thread of its own; a call waits for it without keeping
// its loop from others. A full queue, or a database that does not answer, is a failure told at once
// or in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/offload.hpp"
#include "io/task.hpp"

namespace sluice::storage {

struct StoredResponse {
  std::string id, owner;
  std::string previous;            // the id of the response before it; empty: none
  std::string keeper;              // the provider that keeps it too; empty: nobody
  std::string provider;            // the same, if it finds it by its id; else empty
  std::string response;            // JSON
  std::string input;               // JSON, an array of this turn's own items
  std::string events;              // the stream as it was sent; empty: it was not streamed
  std::vector<std::string> items;  // ids of what `response` and `input` hold
  bool pending = false;            // the keeper still works on it
};

enum class Lookup : std::uint8_t {
  found,
  unknown,   // nothing of that name is kept
  foreign,   // it, or one of what was looked for, belongs to another owner
  cut,       // something that it follows on is no longer kept
  tooLarge,  // all turns together
  failed     // the database
};

enum class Settled : std::uint8_t {
  now,
  before,  // it was no longer pending, or is not there
  failed   // the database
};

struct FoundResponses {
  Lookup lookup = Lookup::unknown;
  std::vector<StoredResponse> turns;  // oldest first; without `items`
  std::string foreign;                // of holding(): the item that is another's
};

class ResponseDatabase;

class Responses {
 public:
  struct Limits {
    std::chrono::hours keep{720};                  // since it was last used
    std::uint64_t bytes = std::uint64_t{1} << 30;  // of all together
  };
  // Opens the file `responses.db` of a directory, which is made if it is not there.
  static Result<std::unique_ptr<Responses>> open(const std::string& directory, Limits limits);
  ~Responses();

  void limit(Limits limits) noexcept;  // from now on

  // False: it is not kept.
  io::Task<bool> save(io::Loop& loop, StoredResponse response);
  // Puts the response, events and items of one in the place of what a pending one of the same id
  // and owner has, which is pending no more. What else is kept of it stays.
  io::Task<Settled> settle(io::Loop& loop, StoredResponse response);
  // With every turn before it, and without events, if `whole`.
  io::Task<FoundResponses> find(io::Loop& loop, io::CancelToken cancel, std::string id,
                                std::string owner, bool whole);
  // The responses that hold items of these ids, which must be the owner's; without events. Each id
  // is looked for by itself; one that only others have ends it.
  io::Task<FoundResponses> holding(io::Loop& loop, io::CancelToken cancel,
                                   std::vector<std::string> items, std::string owner);
  io::Task<Lookup> remove(io::Loop& loop, std::string id, std::string owner);

 private:
  explicit Responses(std::shared_ptr<ResponseDatabase> database);

  std::shared_ptr<ResponseDatabase> database_;
  io::WorkerPool writer_;
};

}  // namespace sluice::storage
