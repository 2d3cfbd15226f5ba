#include "calls/attempt.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "base/error_body.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "calls/fault.hpp"
#include "calls/unsupported.hpp"
#include "wire/write.hpp"

namespace sluice::calls {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using upstream::Exchange;
using upstream::Failure;

constexpr std::size_t kRefusalMost = 1 << 20;  // of an error's body
constexpr std::string_view kEventStream = "text/event-stream";
constexpr std::string_view kJson = "application/json";

struct NoSink final : plugins::ChunkSink {
  Answer push(const plugins::Chunk&) noexcept override { return Answer::more; }
};

std::string seconds(milliseconds time) {
  std::string text;
  json::appendNumber(text, static_cast<double>(time.count()) / 1000);
  return text + " s";
}

bool says(std::string_view contentType, std::string_view wanted) {
  return text::equalsIgnoringCase(text::trim(contentType.substr(0, contentType.find(';'))), wanted);
}

}  // namespace

Attempt::Attempt(Services& services, const Inquiry& inquiry, Client& client, const Step& step,
                 const Context& context)
    : services_(services),
      inquiry_(inquiry),
      client_(client),
      step_(step),
      context_(context),
      provider_(*step.target->provider),
      instance_(step.target->provider->instance),
      cancel_(context.cancel),
      total_(std::min(services.loop.after(provider_.config->timeouts.total), context.deadline)),
      contentBy_(total_),
      stream_(inquiry.stream()) {
  services.attempts.pushBack(*this);
}

void Attempt::remove() noexcept {
  removed_ = true;
  cancel_.cancel();
}

io::Task<Attempt::End> Attempt::run() {
  if (instance_->hasCodec()) return viaCodec();
  return viaDirect();
}

// Writes the request as the provider is to get it. The fault is the client's.
std::optional<plugins::Fault> Attempt::prepare() {
  const bool usage = provider_.config->askForUsage;
  body_.clear();
  if (own_) {
    // Of several keys each may be another account's, which does not know what the others keep.
    const bool oneAccount = provider_.config->keys.size() < 2;
    inquiry_.appendOwnTo({provider_.config->name, oneAccount}, body_, step_.target->model, usage);
  } else if (auto fault = inquiry_.appendCanonical(body_, step_.target->model, usage, dropped_)) {
    return fault;
  }
  request_.op = inquiry_.op();
  request_.stream = stream_;
  request_.id = context_.number;
  request_.deadlineNs = duration_cast<std::chrono::nanoseconds>(total_.time_since_epoch()).count();
  request_.model = step_.target->model;
  request_.dialect = own_                                ? inquiry_.dialect()
                     : request_.op == plugins::Op::embed ? plugins::kCanonicalEmbed
                                                         : plugins::kCanonicalChat;
  request_.body = body_;
  return std::nullopt;
}

// Has the codec make the HTTP request: of the client's own body where the component speaks its
// dialect, else, or where it says that it does not for this model, of the canonical form.
bool Attempt::encode(plugins::Encoded& encoded) {
  own_ = instance_->speaks(inquiry_.dialect());
  for (;;) {
    if (auto fault = prepare()) {
      failedWith(MishapKind::unsupported, std::move(*fault));
      return false;
    }
    auto fault = instance_->encode(request_, key(), encoded);
    if (!fault) return true;
    if (!own_ || fault->code != plugins::Code::unimplemented) {
      if (!own_) nameForClient(inquiry_, *fault);
      failedWith(MishapKind::plugin, std::move(*fault));
      return false;
    }
    own_ = false;
    encoded = plugins::Encoded();
  }
}

// Puts in what of the client's head is for this upstream, in the place of the codec's of the same
// names.
void Attempt::takeClientFields(std::string& fields) const {
  constexpr std::array<std::string_view, 2> kTrace{"traceparent", "tracestate"};
  const auto names = own_ ? inquiry_.ownFieldNames() : std::span<const std::string_view>();
  std::string passed;
  for (const wire::Field& field : client_.fields().all()) {
    const auto named = [&field](std::string_view name) {
      return text::equalsIgnoringCase(name, field.name);
    };
    if (std::any_of(names.begin(), names.end(), named) ||
        std::any_of(kTrace.begin(), kTrace.end(), named)) {
      wire::appendField(passed, field.name, field.value);
    }
  }
  if (passed.empty()) return;
  std::string made;
  for (std::string_view left = fields; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n') + 1);
    left.remove_prefix(line.size());
    if (!wire::hasField(passed, line.substr(0, line.find(':')))) made += line;
  }
  fields = made + passed;
}

io::Task<Attempt::End> Attempt::viaCodec() {
  plugins::Encoded encoded;
  if (!encode(encoded)) co_return End::failed;
  if (!own_) nameForClient(inquiry_, encoded.dropped);
  std::move(encoded.dropped.begin(), encoded.dropped.end(), std::back_inserter(dropped_));
  if (auto fault = faultOfDropped(dropped_, provider_.config->unsupported)) {
    co_return failedWith(MishapKind::unsupported, std::move(*fault));
  }
  takeClientFields(encoded.fields);
  if (own_ && !inquiry_.ownQuery().empty()) {
    encoded.path += encoded.path.find('?') == std::string::npos ? '?' : '&';
    encoded.path += inquiry_.ownQuery();
  }
  upstream::Request wanted;
  wanted.method = encoded.method;
  wanted.path = encoded.path;
  wanted.fields = encoded.fields;
  wanted.body = encoded.bodyIsRequest ? std::string_view(body_) : std::string_view(encoded.body);
  if (!encoded.signing.scheme.empty()) {
    const End end = co_await sign(encoded, wanted);
    if (end != End::answered) co_return end;
    wanted.fields = encoded.fields;
  }

  Exchange exchange(services_.upstream, provider_.endpoint);
  const config::Timeouts& timeouts = provider_.config->timeouts;
  const bool atOnce = comesAtOnce();
  const upstream::OpenLimits limits{timeouts.connect, atOnce ? timeouts.answer : timeouts.firstByte,
                                    total_};
  contentBy_ =
      services_.loop.after(timeouts.connect + (atOnce ? timeouts.answer : timeouts.firstContent));
  const auto before = steady_clock::now();
  const Failure failure = co_await exchange.open(wanted, limits, cancel_.token());
  waited_ += duration_cast<microseconds>(steady_clock::now() - before);
  if (failure != Failure::none) co_return transportFailed(failure, exchange.detail());
  inquiry_.appendFields(passedFields_, exchange.head().fields, own_);
  hideSecrets(passedFields_);
  if (exchange.head().status / 100 != 2) {
    inquiry_.appendLimits(limits_, exchange.head().fields, own_);
    hideSecrets(limits_);
    co_return co_await refused(exchange);
  }

  std::optional<Intake> intake = intakeFor(exchange, encoded.framing);
  if (!intake) co_return End::failed;
  bool pieces = encoded.framing != plugins::Framing::whole;
  if (own_) {
    pieces = stream_ && says(exchange.head().fields.get("content-type"), kEventStream);
  }
  End end = End::failed;
  if (pieces) end = co_await relay(exchange, *intake);
  else end = co_await whole(exchange, *intake);
  note(intake->progress());
  co_return end;
}

std::optional<Intake> Attempt::intakeFor(const Exchange& exchange, plugins::Framing framing) {
  if (own_) return Intake(inquiry_.passage());
  std::vector<plugins::HeaderView> headers;
  for (const wire::Field& field : exchange.head().fields.all()) {
    headers.push_back({field.name, field.value});
  }
  plugins::Fault fault;
  auto decoder = instance_->open(request_, exchange.head().status, headers, fault);
  if (!decoder) {
    failedWith(MishapKind::plugin, std::move(fault));
    return std::nullopt;
  }
  return Intake(std::move(decoder), inquiry_.rendering(step_.target->model, context_.requestId),
                framing);
}

// An answer that is put together here before it is sent has the limit of one that comes whole.
bool Attempt::tooLong(const Progress& progress) {
  if (stream_ || progress.contentBytes <= context_.maxAnswerBytes) return false;
  failedWith(
      MishapKind::badAnswer,
      faultOf(plugins::Code::resourceExhausted,
              "the answer is larger than " + std::to_string(context_.maxAnswerBytes) + " bytes"));
  return true;
}

// What has come goes to the client, or is held until there is content.
io::Status Attempt::offer(const Progress& progress) {
  std::string& out = services_.out;
  if (!stream_) return io::Status::ok;
  if (committed()) return out.empty() ? io::Status::ok : client_.write(out);
  held_ += out;
  if (!progress.content) return io::Status::ok;
  begin(kEventStream, std::nullopt);
  const io::Status sent = client_.write(held_);
  held_ = std::string();  // gives the memory back for as long as the stream lasts
  return sent;
}

// The answer is whole: its last bytes and its end go to the client. `passedOn`: the body of an
// answer that is not streamed, where it goes on as it came.
io::Task<Attempt::End> Attempt::conclude(Intake& intake, std::string_view passedOn) {
  concluded_ = true;
  std::string last;
  if (!stream_ && !passedOn.empty()) {
    begin(kJson, passedOn.size());
    const io::Status status = co_await client_.finish(passedOn, true);
    co_return status == io::Status::ok ? End::answered : clientGone();
  }
  if (stream_) {
    last.swap(held_);
    last += services_.out;
  }
  intake.close(last);
  if (!committed()) {
    if (stream_) begin(kEventStream, std::nullopt);
    else begin(kJson, last.size());
  }
  const io::Status status = co_await client_.finish(last, true);
  co_return status == io::Status::ok ? End::answered : clientGone();
}

// An answer in one piece: it is committed only when it is whole and sound.
io::Task<Attempt::End> Attempt::whole(Exchange& exchange, Intake& intake) {
  std::string body;
  const Exchange::State state = co_await readBody(exchange, body, context_.maxAnswerBytes);
  if (cancel_.cancelled()) co_return stopped();
  if (state != Exchange::State::whole) co_return End::failed;
  services_.out.clear();
  if (body.empty()) {
    co_return failedWith(MishapKind::badAnswer,
                         faultOf(plugins::Code::unavailable, "the answer was empty"));
  }
  intake.whole(body, services_.out);
  if (faulty(intake)) co_return End::failed;
  if (intake.passesOn() && stream_) {
    co_return failedWith(MishapKind::badAnswer, faultOf(plugins::Code::unavailable,
                                                        "the upstream did not stream its answer"));
  }
  if (!intake.progress().settled) {
    co_return failedWith(MishapKind::badAnswer,
                         faultOf(plugins::Code::unavailable, "the answer was not finished"));
  }
  co_return co_await conclude(intake, intake.passedOn(body));
}

// `whole`, or `failed` with the mishap noted (or the call cancelled).
io::Task<Exchange::State> Attempt::readBody(Exchange& exchange, std::string& body,
                                            std::size_t most) {
  for (;;) {
    const Exchange::Read read = exchange.tryRead(services_.loop.scratch());
    if (read.state == Exchange::State::whole) co_return read.state;
    if (read.state == Exchange::State::failed) {
      transportFailed(exchange.failure(), exchange.detail());
      co_return read.state;
    }
    if (read.state == Exchange::State::data) {
      body.append(read.payload);
      if (body.size() <= most) continue;
      failedWith(MishapKind::badAnswer,
                 faultOf(plugins::Code::resourceExhausted,
                         "the answer is larger than " + std::to_string(most) + " bytes"));
      co_return Exchange::State::failed;
    }
    const io::Until until{silenceEnds(true), cancel_.token()};
    const auto before = steady_clock::now();
    const io::Wake wake = co_await io::Wait(services_.loop, until, &exchange.slot());
    waited_ += duration_cast<microseconds>(steady_clock::now() - before);
    if (wake == io::Wake::ready) continue;
    ended(wake, true);
    co_return Exchange::State::failed;
  }
}

// The upstream answered, but not with 2xx: the plugin says what it means.
io::Task<Attempt::End> Attempt::refused(Exchange& exchange) {
  const int status = exchange.head().status;
  const auto retryAfter = retryAfterOf(exchange.head().fields, std::chrono::system_clock::now());
  const bool isJson = says(exchange.head().fields.get("content-type"), kJson);
  std::vector<std::pair<std::string, std::string>> kept;
  for (const wire::Field& field : exchange.head().fields.all()) {
    kept.emplace_back(field.name, field.value);
  }
  std::string body;
  const Exchange::State state = co_await readBody(exchange, body, kRefusalMost);
  if (cancel_.cancelled()) co_return stopped();
  // A refusal whose body is cut off is still a refusal: the status counts.
  const bool complete = state == Exchange::State::whole;
  if (!complete) body.clear();

  std::vector<plugins::HeaderView> headers;
  headers.reserve(kept.size());
  for (const auto& [name, value] : kept) headers.push_back({name, value});
  plugins::Fault fault;
  NoSink sink;
  if (auto decoder = instance_->open(request_, status, headers, fault)) {
    if (auto meant = decoder->frame({}, body, sink)) fault = std::move(*meant);
  }
  // A token that was fetched a while ago may have been taken back: a new one is worth a try.
  if (status == 401 && services_.signer.refused(signed_)) {
    plugins::Fault again = faultOf(plugins::Code::unavailable, "the token was refused");
    again.retryable = true;
    co_return failedWith(MishapKind::signing, std::move(again));
  }
  mishap_ = Mishap();
  mishap_.kind = MishapKind::refusedByStatus;
  mishap_.status = status;
  mishap_.retryAfter = retryAfter;
  if (!retryAfter && fault.retryAfterMs != 0) mishap_.retryAfter = milliseconds(fault.retryAfterMs);
  mishap_.fault = withoutKey(std::move(fault));
  // Some that speak the client's dialect have errors of other forms, and what is cut off or of
  // another encoding, no client could read.
  if (isJson && own_ && isErrorBody(body)) refusal_ = std::move(body);
  hideSecrets(refusal_);
  // One that is written with escapes cannot be blacked out in place: then our own words must do.
  if (repeatsSecrets(refusal_)) refusal_.clear();
  co_return End::failed;
}

bool Attempt::faulty(const Intake& intake) {
  const std::optional<plugins::Fault>& fault =
      intake.fault() ? intake.fault() : intake.progress().fault;
  if (!fault) return false;
  failedWith(MishapKind::badAnswer, *fault);
  return true;
}

void Attempt::note(const Progress& progress) {
  usage_ = progress.usage;
  contentBytes_ = progress.contentBytes;
}

void Attempt::begin(std::string_view contentType, std::optional<std::size_t> length) {
  const auto since = duration_cast<microseconds>(steady_clock::now() - context_.received);
  first_ = since;
  latency_ = duration_cast<microseconds>(steady_clock::now() - began_);
  overhead_ = std::max(microseconds(0), since - waited_ - context_.waited);
  std::string fields;
  fields.reserve(256);
  fields += "x-sluice-provider: ";
  fields += provider_.config->name;
  fields += "\r\nx-sluice-model: ";
  fields += step_.target->model;
  fields += "\r\nx-sluice-attempts: ";
  json::appendNumber(fields, std::uint64_t{context_.attempts});
  fields += "\r\nx-sluice-overhead-us: ";
  json::appendNumber(fields, static_cast<std::uint64_t>(overhead_.count()));
  fields += "\r\n";
  appendDropped(fields, dropped_);
  if (!length) fields += "cache-control: no-cache\r\n";
  fields += passedFields_;
  client_.begin(200, contentType, fields, length);
  committed_ = true;
}

// Whether nothing comes before a whole message has been written, which takes its time.
bool Attempt::comesAtOnce() const noexcept {
  return !stream_ && inquiry_.op() == plugins::Op::chat && instance_->hasCodec();
}

io::Deadline Attempt::silenceEnds(bool content) const {
  const io::Deadline idle = services_.loop.after(provider_.config->timeouts.idle);
  return std::min({idle, total_, content ? io::kNever : contentBy_});
}

Attempt::End Attempt::ended(io::Wake wake, bool content) {
  if (wake == io::Wake::cancelled) return stopped();
  const config::Timeouts& timeouts = provider_.config->timeouts;
  const io::TimePoint now = services_.loop.now();
  mishap_ = Mishap();
  mishap_.kind = MishapKind::silent;
  if (now >= total_) mishap_.detail = "the attempt took longer than it may";
  else if (!content && now >= contentBy_)
    mishap_.detail =
        "no content within " + seconds(comesAtOnce() ? timeouts.answer : timeouts.firstContent);
  else mishap_.detail = "silent for " + seconds(timeouts.idle);
  return committed() ? End::broken : End::failed;
}

Attempt::End Attempt::transportFailed(Failure failure, const std::string& detail) {
  if (failure == Failure::cancelled) return stopped();
  mishap_ = Mishap();
  mishap_.kind = MishapKind::transport;
  mishap_.failure = failure;
  mishap_.detail = detail;
  return committed() ? End::broken : End::failed;
}

// Cancelled: the call, or this attempt alone.
Attempt::End Attempt::stopped() {
  if (!removed_ || context_.cancel.cancelled()) return End::cancelled;
  mishap_ = Mishap();
  mishap_.kind = MishapKind::removed;
  mishap_.detail = "the plugin that served it was replaced or taken out, and its time was over";
  return committed() ? End::broken : End::failed;
}

void endOverdue(Services& services, io::TimePoint now,
                const std::function<void(const plugins::Instance&)>& each) {
  services.attempts.each([&](Removable& attempt) {
    if (!attempt.instance().overdue(now)) return;
    each(attempt.instance());
    attempt.remove();
  });
}

Attempt::End Attempt::failedWith(MishapKind kind, plugins::Fault fault) {
  if (fault.code == plugins::Code::unimplemented && request_.op == plugins::Op::embed) {
    fault.message = "provider '" + provider_.config->name + "' does not serve embeddings";
  }
  mishap_ = Mishap();
  mishap_.kind = kind;
  if (fault.retryAfterMs != 0) mishap_.retryAfter = milliseconds(fault.retryAfterMs);
  mishap_.fault = withoutKey(std::move(fault));
  return committed() ? End::broken : End::failed;
}

}  // namespace sluice::calls
