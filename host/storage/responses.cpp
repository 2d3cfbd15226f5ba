#include "storage/responses.hpp"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "storage/response_database.hpp"

namespace sluice::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kQueue = 4096;          // pieces of work that wait
constexpr std::chrono::seconds kPatience{5};  // of a call, with the database

}  // namespace

Responses::Responses(std::shared_ptr<ResponseDatabase> database)
    : database_(std::move(database)), writer_(1, kQueue) {}

Responses::~Responses() = default;

Result<std::unique_ptr<Responses>> Responses::open(const std::string& directory, Limits limits) {
  std::error_code failure;
  fs::create_directories(directory, failure);
  const std::string file = (fs::path(directory) / "responses.db").string();
  if (failure) return Error{directory + " cannot be made: " + failure.message()};
  // What people said is for nobody else on this machine. The database's other files follow it.
  const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (made < 0) return Error{file + " cannot be opened: " + std::generic_category().message(errno)};
  ::close(made);
  try {
    auto database = std::make_shared<ResponseDatabase>(file, limits);
    return std::unique_ptr<Responses>(new Responses(std::move(database)));
  } catch (const Poco::Exception& exception) {
    return Error{file + " cannot be used: " + exception.displayText()};
  }
}

void Responses::limit(Limits limits) noexcept { database_->limit(limits); }

io::Task<bool> Responses::save(io::Loop& loop, StoredResponse response) {
  // Not the call's token: an answer whose client has just left is kept all the same.
  const io::Until until{loop.after(kPatience), {}};
  const auto work = [database = database_, one = std::move(response)] {
    try {
      return database->save(one);
    } catch (const Poco::Exception&) {
      return false;
    }
  };
  const auto done = co_await io::offload(writer_, loop, until, work);
  co_return done.value.value_or(false);
}

io::Task<Settled> Responses::settle(io::Loop& loop, StoredResponse response) {
  const io::Until until{loop.after(kPatience), {}};
  const auto work = [database = database_, one = std::move(response)] {
    try {
      return database->settle(one) ? Settled::now : Settled::before;
    } catch (const Poco::Exception&) {
      return Settled::failed;
    }
  };
  const auto done = co_await io::offload(writer_, loop, until, work);
  co_return done.value.value_or(Settled::failed);
}

io::Task<FoundResponses> Responses::find(io::Loop& loop, io::CancelToken cancel, std::string id,
                                         std::string owner, bool whole) {
  const io::Until until{loop.after(kPatience), cancel};
  FoundResponses failed;
  failed.lookup = Lookup::failed;
  const auto work = [database = database_, name = std::move(id), whose = std::move(owner), whole,
                     failed] {
    try {
      return database->find(name, whose, whole);
    } catch (const Poco::Exception&) {
      return failed;
    }
  };
  auto done = co_await io::offload(writer_, loop, until, work);
  if (!done.value) co_return failed;
  co_return std::move(*done.value);
}

io::Task<FoundResponses> Responses::holding(io::Loop& loop, io::CancelToken cancel,
                                            std::vector<std::string> items, std::string owner) {
  const io::Until until{loop.after(kPatience), cancel};
  FoundResponses failed;
  failed.lookup = Lookup::failed;
  const auto work = [database = database_, ids = std::move(items), whose = std::move(owner),
                     failed] {
    try {
      return database->holding(ids, whose);
    } catch (const Poco::Exception&) {
      return failed;
    }
  };
  auto done = co_await io::offload(writer_, loop, until, work);
  if (!done.value) co_return failed;
  co_return std::move(*done.value);
}

io::Task<Lookup> Responses::remove(io::Loop& loop, std::string id, std::string owner) {
  const io::Until until{loop.after(kPatience), {}};
  const auto work = [database = database_, name = std::move(id), whose = std::move(owner)] {
    try {
      return database->remove(name, whose);
    } catch (const Poco::Exception&) {
      return Lookup::failed;
    }
  };
  const auto done = co_await io::offload(writer_, loop, until, work);
  co_return done.value.value_or(Lookup::failed);
}

}  // namespace sluice::storage
