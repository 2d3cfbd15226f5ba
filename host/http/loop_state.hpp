// LoopState: what the connections of one loop share.
// Threads: one loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/date.hpp"
#include "http/request_id.hpp"
#include "http/router.hpp"
#include "http/settings.hpp"
#include "io/loop.hpp"
#include "io/tls.hpp"

namespace sluice::http {

class Exchange;
struct LoopState;

// Exchanges at rest, with their memory: a connection holds one only while it has a request.
class ExchangePool {
 public:
  ExchangePool();
  ~ExchangePool();
  std::unique_ptr<Exchange> take(LoopState& state);
  void giveBack(std::unique_ptr<Exchange> exchange);

 private:
  std::vector<std::unique_ptr<Exchange>> idle_;
};

struct LoopState {
  LoopState(io::Loop& onLoop, Router routes) : loop(onLoop), router(std::move(routes)) {}

  io::Loop& loop;
  const Router router;
  std::shared_ptr<const Settings> settings;
  std::shared_ptr<io::TlsContext> tls;  // nullptr: none; kept by each connection that uses it
  bool draining = false;
  DateField date;
  RequestIds ids;
  std::string out;  // what is put together for one write; not to be held across an await
  ExchangePool exchanges;
};

}  // namespace sluice::http
