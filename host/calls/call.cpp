#include "calls/call.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "telemetry/log.hpp"

namespace sluice::calls {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kShownMost = 256;     // bytes of a model's name in the log
constexpr std::size_t kTroubleMost = 2000;  // bytes of all reasons together in a message

// Four bytes a token: near enough for text, and marked as an estimate.
std::uint64_t tokensIn(std::uint64_t bytes) { return (bytes + 3) / 4; }

Problem shuttingDown() {
  Problem made;
  made.status = 503;
  made.type = "server_error";
  made.code = "shutting_down";
  made.message = "the gateway is shutting down";
  made.retryAfter = std::chrono::seconds(1);
  return made;
}

}  // namespace

Call::Call(Services& services, std::shared_ptr<const Generation> generation, const Inquiry& inquiry,
           Client& client, std::string_view requestId, io::TimePoint received,
           io::CancelToken cancel)
    : services_(services),
      generation_(std::move(generation)),
      inquiry_(inquiry),
      client_(client),
      cancel_(cancel) {
  const config::Config& config = generation_->config();
  record_.requestId = requestId;
  record_.model = inquiry.model().substr(0, kShownMost);
  record_.stream = inquiry.stream();
  context_.requestId = requestId;
  context_.number = ++services_.turns;
  context_.received = received;
  context_.deadline = received + config.attempts.total;
  context_.cancel = cancel;
  context_.attempts = 0;
  context_.maxAnswerBytes = config.upstream.maxAnswerBytes;
}

// Also where the call is cut off as it waits.
Call::~Call() {
  record_.trouble = trouble_;
  record_.total = duration_cast<microseconds>(steady_clock::now() - context_.received);
  if (generation_->config().log.calls) appendLine(record_, services_.lines);
}

io::Task<void> Call::run() {
  Problem problem;
  resolution_ = resolve(problem);
  if (resolution_.targets().empty()) {
    record_.outcome = Outcome::refused;
    trouble_ = problem.message;
    co_await refuse(problem, {});
  } else {
    co_await work();
  }
}

Resolution Call::resolve(Problem& problem) const {
  const std::string_view provider = inquiry_.provider();
  if (provider.empty()) return generation_->resolve(inquiry_.model(), problem);
  return generation_->resolveAt(provider, inquiry_.model(), problem);
}

// Asks the strategy for the order of what the name stands for.
Plan Call::plan() {
  strategy_.reset();
  if (resolution_.virtualModel != nullptr) strategy_ = resolution_.virtualModel->strategy;
  plugins::Request request;
  request.op = inquiry_.op();
  request.stream = inquiry_.stream();
  request.id = context_.number;
  request.model = inquiry_.model();
  request.dialect = inquiry_.dialect();
  std::optional<plugins::Fault> fault;
  Plan made(resolution_, request, context_.number, fault);
  if (fault) {
    telemetry::Log::say(telemetry::LogLevel::warning,
                        "the strategy failed; the configured order is used",
                        {{"request_id", record_.requestId}, {"reason", fault->message}});
  }
  return made;
}

// After a reload an attempt is of the new generation, for nothing begins with a plugin that is
// taken out. False: the name stands for nothing any more.
bool Call::renew(Plan& plan, Problem& problem) {
  if (generation_ == services_.generation) return true;
  const auto before = std::exchange(generation_, services_.generation);
  record_.provider = record_.upstreamModel = {};  // they point into it
  const Resolution old = std::exchange(resolution_, resolve(problem));
  if (resolution_.targets().empty()) return false;
  Plan made = this->plan();
  made.inherit(plan);
  plan = std::move(made);
  return true;
}

io::Task<void> Call::work() {
  Plan plan = this->plan();
  Problem problem;
  while (counted() < generation_->config().attempts.perCall) {
    if (services_.loop.now() >= context_.deadline) break;
    if (cancel_.cancelled()) {
      co_await left();
      co_return;
    }
    if (!renew(plan, problem)) {
      record_.outcome = Outcome::refused;
      trouble_ = problem.message;
      co_await refuse(problem, {});
      co_return;
    }
    Step* step = plan.next(steady_clock::now());
    if (step == nullptr) {
      const bool waited = co_await waitForLane(plan);
      if (cancel_.cancelled()) {
        co_await left();
        co_return;
      }
      if (!waited) break;
      continue;
    }
    const After after = co_await attempt(plan, *step);
    if (after == After::over) co_return;
  }
  co_await giveUp(plan);
}

io::Task<Call::After> Call::attempt(Plan& plan, Step& step) {
  ++step.attempts;
  ++context_.attempts;
  record_.attempts = context_.attempts;
  record_.provider = step.target->provider->config->name;
  record_.upstreamModel = step.target->model;
  health::Inflight inflight(step.lane());
  Attempt attempt(services_, inquiry_, client_, step, context_);
  const Attempt::End end = co_await attempt.run();
  context_.waited += attempt.waited();
  if (end == Attempt::End::failed) {
    const After after = co_await replace(plan, step, attempt, inflight);
    co_return after;
  }
  if (end == Attempt::End::cancelled) {
    inflight.unjudged();
    const bool shutdown = client_.left() == Client::Left::shutdown;
    if (client_.begun() && shutdown && !attempt.concluded()) co_await breakOff(attempt);
    settle(attempt);
    tellStrategy(step, attempt, plugins::Code::cancelled);
    co_await left();
    co_return After::over;
  }
  const bool broken = end == Attempt::End::broken;
  const bool removed = broken && attempt.mishap().kind == MishapKind::removed;
  if (removed) inflight.unjudged();  // the lane is not to blame
  else inflight.end(broken, attempt.latency());
  if (!removed) {
    tellStrategy(step, attempt, broken ? plugins::Code::unavailable : plugins::Code::ok);
  }
  if (broken) co_await breakOff(attempt);
  settle(attempt);
  record_.outcome = broken ? Outcome::broken : Outcome::answered;
  co_return After::over;
}

// Nothing has reached the client: the rules say what takes the attempt's place.
io::Task<Call::After> Call::replace(Plan& plan, Step& step, Attempt& attempt,
                                    health::Inflight& inflight) {
  const config::Attempts& rules = generation_->config().attempts;
  Judgement judgement = judge(attempt.mishap(), rules.retryAfterWait);
  const auto told = attempt.mishap().retryAfter;
  if (judgement.problem.retryAfter.count() == 0 && told) judgement.problem.retryAfter = *told;
  limits_ = attempt.limits();
  const auto now = steady_clock::now();
  if (judgement.harms) inflight.end(true, {});
  else inflight.unjudged();
  const MishapKind kind = attempt.mishap().kind;
  if (kind == MishapKind::removed) {
    // Nobody's fault, and no lane's: it counts for nothing. renew() brings what is configured now.
    --step.attempts;
    ++removed_;
    noteTrouble(step, judgement.problem);
    last_ = judgement.problem;
    co_return After::again;
  }
  if (kind == MishapKind::unsupported) record_.attempts = --context_.attempts;  // nothing was sent
  else
    tellStrategy(step, attempt,
                 judgement.harms ? plugins::Code::unavailable : plugins::Code::resourceExhausted);
  if (judgement.hold.count() > 0)
    step.lane().holdUntil(now + judgement.hold, judgement.problem.overloaded);
  if (judgement.benchKey) step.lane().benchKeyUntil(now + kBench);
  noteTrouble(step, judgement.problem);
  if (kind == MishapKind::plugin || judgement.problem.status == 404) {
    const bool estimated = co_await estimate(attempt);
    if (estimated) co_return After::over;
  }
  if (inquiry_.ofOneKey() && judgement.clientsFault && judgement.problem.status == 404)
    judgement.next = Next::nextLane;
  if (judgement.next == Next::toClient) {
    record_.outcome = Outcome::refused;
    co_await refuse(judgement.problem, attempt.refusal(), attempt.passedFields());
    co_return After::over;
  }
  plan.failed(step, judgement, rules.perLane);
  last_ = judgement.problem;
  if (judgement.clientsFault && !plan.earliest()) {  // after all, for no other target takes it
    record_.outcome = Outcome::refused;
    co_await refuse(judgement.problem, attempt.refusal(), attempt.passedFields());
    co_return After::over;
  }
  if (step.over || counted() >= rules.perCall) co_return After::again;
  // Once more on this lane, after a pause: a jittered one, or the one that the upstream asked for.
  const bool asked = judgement.next == Next::wait;
  const bool waited =
      co_await pause(asked ? judgement.hold + milliseconds(1) : jittered(rules.pause));
  if (!waited) {
    co_await left();
    co_return After::over;
  }
  co_return After::again;
}

// Where a provider does not serve the operation, the client may do with an estimate.
io::Task<bool> Call::estimate(const Attempt& attempt) {
  std::string body;
  const plugins::Fault& fault = attempt.mishap().fault;
  const bool served = fault.code != plugins::Code::unimplemented &&
                      (attempt.mishap().status != 404 || fault.reason != plugins::Reason::none);
  if (served || !inquiry_.appendEstimate(body)) co_return false;
  record_.outcome = Outcome::answered;
  record_.status = 200;
  std::string fields = "x-sluice-estimated: true\r\n";
  inquiry_.appendFields(fields, wire::Fields(), false);
  client_.begin(200, "application/json", fields, body.size());
  const io::Status status = co_await client_.finish(body, true);
  if (status != io::Status::ok) record_.outcome = Outcome::clientLeft;
  co_return true;
}

// False: the call was cancelled meanwhile.
io::Task<bool> Call::pause(milliseconds time) {
  const io::Until until{std::min(services_.loop.after(time), context_.deadline), cancel_};
  const auto before = steady_clock::now();
  const io::Wake wake = co_await services_.loop.sleep(until);
  context_.waited += duration_cast<microseconds>(steady_clock::now() - before);
  co_return wake != io::Wake::cancelled;
}

// Every lane that is left rests. False: none will be ready soon enough.
io::Task<bool> Call::waitForLane(const Plan& plan) {
  const auto first = plan.earliest();
  if (!first) co_return false;
  const auto time = std::chrono::ceil<milliseconds>(*first - steady_clock::now());
  if (time > generation_->config().attempts.retryAfterWait) co_return false;
  const bool waited = co_await pause(std::max(time, milliseconds(1)));
  co_return waited;
}

// After the commit point: the client is told by an event, and the stream ends as failed.
io::Task<void> Call::breakOff(const Attempt& attempt) {
  Problem problem;
  if (client_.left() == Client::Left::shutdown) {
    problem = shuttingDown();
  } else {
    problem = judge(attempt.mishap(), milliseconds(0)).problem;
    problem.message = std::string(record_.provider) + "/" + std::string(record_.upstreamModel) +
                      ": " + problem.message;
  }
  trouble_ = problem.message;
  std::string last;
  inquiry_.appendErrorEvent(last, problem);
  // The body ends in order. A client that was not told of a close uses the connection again at
  // once.
  co_await client_.finish(last, client_.left() == Client::Left::no);
}

io::Task<void> Call::giveUp(const Plan& plan) {
  const auto now = steady_clock::now();
  const auto first = plan.earliest();
  Problem problem = last_;
  if (context_.attempts == 0) {
    const bool keys = plan.anyKeyBenched(now);
    const bool overloaded = !keys && plan.allOverloaded();
    problem.overloaded = overloaded;
    problem.status = keys || overloaded ? 503 : 429;
    problem.type = keys || overloaded ? "upstream_error" : "rate_limit_error";
    problem.code = keys         ? "upstream_key_rejected"
                   : overloaded ? "upstream_overloaded"
                                : "rate_limit_exceeded";
    troubles_ =
        keys ? "its keys were refused, and are not tried again for some minutes"
        : overloaded
            ? "its providers have too much to do, and are not asked before Retry-After is over"
            : "its providers said to wait, and are not asked before Retry-After is over";
    problem.retryAfter = std::chrono::seconds(1);
  } else if (!allLimited_ && (problem.status == 429 || problem.status == 503)) {
    problem.status = 502;
    problem.type = "upstream_error";
    problem.code = "upstream_error";
    problem.retryAfter = {};
  } else if (problem.status == 504 && !allTimedOut_) {
    problem.status = 502;
  }
  if (problem.code == "upstream_key_rejected") {
    // Keys do not become right by themselves, and clients that heed a time, as Codex does, would be
    // silent for as long as they rest.
    problem.retryAfter = {};
  } else if (first && (problem.status == 429 || problem.status == 503)) {
    problem.retryAfter = std::max(milliseconds(1), std::chrono::ceil<milliseconds>(*first - now));
  }
  problem.gaveUp = true;
  problem.param.clear();
  problem.message = "'" + std::string(inquiry_.model()) + "' could not be served: " + troubles_;
  trouble_ = troubles_;
  record_.outcome = Outcome::failed;
  co_await refuse(problem, {});
}

// An error as the answer. `body`: an upstream's own, in the client's dialect; empty: ours.
// `passed`: fields that belong to that body.
io::Task<void> Call::refuse(const Problem& problem, std::string_view body,
                            std::string_view passed) {
  record_.status = inquiry_.status(problem);
  std::string made;
  std::string fields;
  if (body.empty()) {
    inquiry_.appendError(made, problem);
    inquiry_.appendFields(fields, wire::Fields(), false);
    fields += limits_;
    body = made;
  } else {
    fields = passed;
  }
  if (!record_.provider.empty()) {
    fields += "x-sluice-provider: ";
    fields += record_.provider;
    fields += "\r\nx-sluice-model: ";
    fields += record_.upstreamModel;
    fields += "\r\n";
  }
  fields += "x-sluice-attempts: ";
  json::appendNumber(fields, std::uint64_t{context_.attempts});
  fields += "\r\n";
  if (problem.gaveUp) fields += "x-should-retry: false\r\n";
  if (problem.retryAfter.count() > 0) {
    fields += "retry-after: ";
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(problem.retryAfter).count();
    json::appendNumber(fields, static_cast<std::uint64_t>(seconds));
    fields += "\r\n";
  }
  client_.begin(record_.status, "application/json", fields, body.size());
  const io::Status status = co_await client_.finish(body, true);
  if (status != io::Status::ok) record_.outcome = Outcome::clientLeft;
}

void Call::noteTrouble(const Step& step, const Problem& problem) {
  allTimedOut_ = allTimedOut_ && problem.status == 504;
  allLimited_ = allLimited_ && (problem.status == 429 || problem.status == 503);
  const std::string name = step.target->provider->config->name + "/" + step.target->model;
  trouble_ = name + ": " + problem.message;
  if (troubles_.ends_with(trouble_) || troubles_.size() > kTroubleMost) return;
  if (!troubles_.empty()) troubles_ += "; ";
  troubles_ += trouble_.substr(0, kTroubleMost);
}

// What the attempt cost and said, for the record.
void Call::settle(const Attempt& attempt) {
  record_.status = client_.begun() ? 200 : 0;
  record_.first = attempt.first();
  record_.overhead = attempt.overhead();
  if (const std::optional<plugins::Usage>& usage = attempt.usage()) {
    record_.usage = *usage;
  } else {
    record_.usage.input = tokensIn(inquiry_.size());
    record_.usage.output = tokensIn(attempt.contentBytes());
    record_.usageEstimated = true;
  }
}

// The strategy learns how its choice went.
void Call::tellStrategy(const Step& step, const Attempt& attempt, plugins::Code status) {
  const auto strategy = strategy_.lock();  // unless a reload has taken it out meanwhile
  if (!strategy) return;
  plugins::Outcome outcome;
  outcome.status = status;
  outcome.firstUs = static_cast<std::uint64_t>(attempt.latency().count());
  outcome.totalUs = static_cast<std::uint64_t>(
      duration_cast<microseconds>(steady_clock::now() - attempt.began()).count());
  const std::optional<plugins::Usage>& usage = attempt.usage();
  if (usage) outcome.usage = &*usage;
  strategy->observe(candidateOf(*step.target, steady_clock::now()), outcome);
}

// The call was cancelled: the client is gone, or the program ends and the client is told.
io::Task<void> Call::left() {
  const bool shutdown = client_.left() == Client::Left::shutdown;
  record_.outcome = shutdown ? Outcome::shutDown : Outcome::clientLeft;
  if (shutdown && !client_.begun()) co_await refuse(shuttingDown(), {});
}

milliseconds Call::jittered(milliseconds time) {
  services_.jitter ^= services_.jitter << 13;
  services_.jitter ^= services_.jitter >> 7;
  services_.jitter ^= services_.jitter << 17;
  const auto half = static_cast<std::uint64_t>(time.count()) / 2;
  return milliseconds(static_cast<std::int64_t>(half + services_.jitter % (half + 1)));
}

}  // namespace sluice::calls
