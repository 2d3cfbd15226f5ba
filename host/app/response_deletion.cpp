#include "app/response_deletion.hpp"

#include "app/loop_unit.hpp"
#include "app/response_keeper.hpp"
#include "app/response_keeping.hpp"
#include "app/shared.hpp"
#include "base/json.hpp"
#include "calls/call.hpp"
#include "http/exchange.hpp"

namespace sluice::app {

namespace {

using storage::FoundResponses;
using storage::Lookup;
using storage::StoredResponse;

// Takes down what a call answers, for who asked it and is no client.
class Listener final : public calls::Client {
 public:
  explicit Listener(const calls::Client& asker) noexcept : asker_(asker) {}

  const wire::Fields& fields() const noexcept override { return asker_.fields(); }
  void begin(int status, std::string_view, std::string_view fields,
             std::optional<std::size_t>) override {
    answer_.status = status;
    answer_.fields = fields;
  }
  bool begun() const noexcept override { return answer_.status != 0; }
  io::Status write(std::string_view bytes) override {
    answer_.body += bytes;
    return io::Status::ok;
  }
  io::Task<io::Status> drain() override { co_return io::Status::ok; }
  io::Task<io::Status> finish(std::string_view last, bool) override {
    answer_.body += last;
    co_return io::Status::ok;
  }
  Left left() const noexcept override { return asker_.left(); }

  const http::Answer& answer() const noexcept { return answer_; }

 private:
  const calls::Client& asker_;
  http::Answer answer_;
};

http::Answer deleted(std::string_view id) {
  http::Answer answer{200, {}, {}};
  json::Writer w(answer.body);
  w.beginObject().key("id").string(id).key("object").string("response");
  w.key("deleted").boolean(true).endObject();
  return answer;
}

}  // namespace

io::Task<void> DeletionHandler::handle(http::Exchange& exchange, io::CancelToken left) {
  const std::string id(exchange.pathRest());
  const std::string owner = ownerOf(exchange.head().fields);
  FoundResponses found;
  if (shared_.responses) {
    found = co_await shared_.responses->find(exchange.loop(), left, id, owner, false);
  }
  http::Answer answer = withoutResponse(found.lookup, id);
  if (found.lookup == Lookup::found) {
    const StoredResponse& one = found.turns.front();
    const Keeper keeper = keeperOf(*unit_.generation(), one);
    bool forgotten = keeper == Keeper::none;
    if (keeper == Keeper::off) {
      answer = keeperIsOff(one);
    } else if (keeper == Keeper::on) {
      const auto inquiry = dialects::deletionOfResponse(askedOf(one));
      Listener listener(exchange);
      {
        calls::Call call(unit_.services(), unit_.generation(), *inquiry, listener,
                         exchange.requestId(), exchange.received(), left);
        co_await call.run();
      }
      if (!listener.begun()) co_return;  // the client has left
      answer = listener.answer();
      // 404: it had it no more.
      forgotten = answer.status / 100 == 2 || answer.status == 404;
    }
    if (forgotten) {
      const Lookup lookup = co_await shared_.responses->remove(exchange.loop(), id, owner);
      answer = lookup == Lookup::found ? deleted(id) : withoutResponse(lookup, id);
    }
  }
  co_await exchange.answer(answer.status, http::kJson, answer.fields, answer.body);
}

}  // namespace sluice::app
