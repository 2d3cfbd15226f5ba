// ResponseDatabase: the tables of kept responses. Every function blocks.
// Threads: one at a time; limit() from any.
#pragma once

#include <Poco/Data/Session.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "storage/responses.hpp"

namespace sluice::storage {

class ResponseDatabase {
 public:
  // Makes the tables if they are not there. Throws Poco::Exception.
  ResponseDatabase(const std::string& file, Responses::Limits limits);

  void limit(Responses::Limits limits) noexcept;
  // These say what failed by an exception.
  // False: another owner has one of that id.
  bool save(const StoredResponse& response);
  bool settle(const StoredResponse& response);  // false: it is not pending
  FoundResponses find(const std::string& id, const std::string& owner, bool whole);
  FoundResponses holding(const std::vector<std::string>& items, const std::string& owner);
  Lookup remove(const std::string& id, const std::string& owner);

 private:
  enum class Reach : std::uint8_t { alone, conversation, items };
  std::vector<StoredResponse> chain(const std::string& id, const std::string& owner, Reach reach);
  bool isAnothers(std::string item);
  void addItems(const StoredResponse& one);
  void touch(const std::vector<StoredResponse>& turns);
  void sweep();
  std::uint64_t total();

  Poco::Data::Session session_;
  std::atomic<std::chrono::hours> keep_;
  std::atomic<std::uint64_t> most_;
  std::uint64_t bytes_ = 0;   // of all that is kept
  std::int64_t sweptAt_ = 0;  // seconds since 1970
};

}  // namespace sluice::storage
