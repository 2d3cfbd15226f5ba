#include "calls/attempt.hpp"

#include <algorithm>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"

namespace sluice::calls {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using upstream::Exchange;
using upstream::Failure;

constexpr std::size_t kHeldMost = 1 << 20;     // of frames without content
constexpr std::size_t kRefusalMost = 1 << 20;  // of an error's body
constexpr int kReadsATurn = 16;                // then the other calls have theirs
constexpr milliseconds kPingPause{5000};       // between pings to a client that waits
constexpr milliseconds kTail{100};             // for an upstream to end what is already whole
constexpr std::string_view kEventStream = "text/event-stream";
constexpr std::string_view kJson = "application/json";

// The names are the client's: what no header may hold does not get into one.
void appendDropped(std::string& fields, const std::vector<std::string>& dropped) {
  constexpr std::size_t kMost = 1024;
  const std::size_t begin = fields.size();
  fields += "x-sluice-dropped: ";
  for (const std::string& one : dropped) {
    if (fields.size() - begin + one.size() > kMost) break;
    if (&one != &dropped.front()) fields += ", ";
    for (const char c : one) fields += c > ' ' && c < '\x7f' && c != ',' ? c : '?';
  }
  fields += "\r\n";
}

struct NoSink final : plugins::ChunkSink {
  Answer push(const plugins::Chunk&) noexcept override { return Answer::more; }
};

plugins::Fault faultOf(plugins::Code code, std::string message) {
  plugins::Fault made;
  made.code = code;
  made.message = std::move(message);
  return made;
}

std::string seconds(milliseconds time) {
  std::string text;
  json::appendNumber(text, static_cast<double>(time.count()) / 1000);
  return text + " s";
}

// An upstream may repeat the key that it refuses.
void redact(std::string& text, std::string_view secret) {
  if (secret.size() < 4) return;
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
  }
}

// JSON's escapes undone, as far as a key could be written with them.
std::string unescaped(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char kind = text[++i];
    unsigned code = 0;
    const std::string_view digits = text.substr(i + 1, 4);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    const bool unicode = kind == 'u' && parsed.ptr == digits.data() + 4;
    plain += unicode ? static_cast<char>(code) : kind;
    if (unicode) i += 4;
  }
  return plain;
}

// Whether `fields`, "Name: value\r\n" each, have one of that name.
bool hasField(std::string_view fields, std::string_view name) {
  while (!fields.empty()) {
    if (text::equalsIgnoringCase(fields.substr(0, fields.find(':')), name)) return true;
    fields.remove_prefix(fields.find('\n') + 1);
  }
  return false;
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
std::optional<plugins::Fault> Attempt::prepare(bool own) {
  const bool usage = provider_.config->askForUsage;
  if (own) {
    inquiry_.appendOwnTo(provider_.config->name, body_, step_.target->model, usage);
  } else if (auto fault = inquiry_.appendCanonical(body_, step_.target->model, usage, dropped_)) {
    return fault;
  }
  request_.op = inquiry_.op();
  request_.stream = stream_;
  request_.id = context_.number;
  request_.deadlineNs = duration_cast<std::chrono::nanoseconds>(total_.time_since_epoch()).count();
  request_.model = step_.target->model;
  request_.dialect = own ? inquiry_.dialect() : plugins::kCanonicalChat;
  request_.body = body_;
  return std::nullopt;
}

// The codec's header fields, with the client's own in the place of those of the same names.
std::string Attempt::fieldsFor(const plugins::Encoded& encoded, bool own) const {
  if (!own || inquiry_.ownFields().empty()) return encoded.fields;
  const std::string_view theirs = inquiry_.ownFields();
  std::string made;
  for (std::string_view left = encoded.fields; !left.empty();) {
    const std::string_view line = left.substr(0, left.find('\n') + 1);
    left.remove_prefix(line.size());
    if (!hasField(theirs, line.substr(0, line.find(':')))) made += line;
  }
  made += theirs;
  return made;
}

io::Task<Attempt::End> Attempt::viaCodec() {
  const bool own = instance_->speaks(inquiry_.dialect());
  if (auto fault = prepare(own)) co_return failedWith(MishapKind::plugin, std::move(*fault));
  plugins::Encoded encoded;
  if (auto fault = instance_->encode(request_, key(), encoded)) {
    co_return failedWith(MishapKind::plugin, std::move(*fault));
  }
  const std::string fields = fieldsFor(encoded, own);
  upstream::Request wanted;
  wanted.method = encoded.method;
  wanted.path = encoded.path;
  wanted.fields = fields;
  wanted.body = encoded.bodyIsRequest ? std::string_view(body_) : std::string_view(encoded.body);

  Exchange exchange(services_.upstream, provider_.endpoint);
  const config::Timeouts& timeouts = provider_.config->timeouts;
  const upstream::OpenLimits limits{timeouts.connect, timeouts.firstByte, total_};
  contentBy_ = services_.loop.after(timeouts.connect + timeouts.firstContent);
  const auto before = steady_clock::now();
  const Failure failure = co_await exchange.open(wanted, limits, cancel_.token());
  waited_ += duration_cast<microseconds>(steady_clock::now() - before);
  if (failure != Failure::none) co_return transportFailed(failure, exchange.detail());
  inquiry_.appendFields(passedFields_, exchange.head().fields, own);
  if (exchange.head().status / 100 != 2) co_return co_await refused(exchange);

  std::optional<Intake> intake = intakeFor(exchange, own, encoded.framing);
  if (!intake) co_return End::failed;
  bool pieces = encoded.framing != plugins::Framing::whole;
  if (own) {
    pieces = stream_ && says(exchange.head().fields.get("content-type"), kEventStream);
  }
  End end = End::failed;
  if (pieces) end = co_await relay(exchange, *intake);
  else end = co_await whole(exchange, *intake);
  note(intake->progress());
  co_return end;
}

std::optional<Intake> Attempt::intakeFor(const Exchange& exchange, bool own,
                                         plugins::Framing framing) {
  if (own) return Intake(inquiry_.passage());
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

// Passes a streamed answer on as it comes. While the client does not read, the upstream is not
// read.
io::Task<Attempt::End> Attempt::relay(Exchange& exchange, Intake& intake) {
  io::Loop& loop = services_.loop;
  std::string& out = services_.out;
  const Progress& progress = intake.progress();
  const bool pings = stream_ && !intake.ping().empty();
  io::Deadline tail = io::kNever;
  int reads = 0;
  for (;;) {
    if (removed_ && !progress.finished) co_return stopped();
    Exchange::Read read = exchange.tryRead(loop.scratch());
    if (read.state == Exchange::State::again) {
      const io::Until until{std::min(silenceEnds(progress.content), tail), cancel_.token()};
      const auto before = committed() ? steady_clock::time_point() : steady_clock::now();
      io::Wake wake = io::Wake::ready;
      if (pings && committed())
        wake = co_await waitPinging(exchange.slot(), until.deadline, intake);
      else wake = co_await io::Wait(loop, until, &exchange.slot());
      if (!committed()) waited_ += duration_cast<microseconds>(steady_clock::now() - before);
      reads = 0;
      if (wake == io::Wake::ready) continue;
      if (!progress.finished || (wake == io::Wake::cancelled && !removed_))
        co_return ended(wake, progress.content);
      out.clear();                              // others have used it meanwhile
      co_return co_await conclude(intake, {});  // whole, though the upstream does not end it
    }
    out.clear();
    if (read.state == Exchange::State::data && !progress.ended) {
      intake.take(read.payload, out);
      // The end of the body often came with the end of the answer: then all goes out at once.
      if (progress.ended) read = exchange.tryRead(loop.scratch());
    }
    if (read.state == Exchange::State::whole && !progress.ended) intake.bodyEnded(out);
    const bool over = read.state == Exchange::State::whole || read.state == Exchange::State::failed;
    const bool inOrder = read.state == Exchange::State::whole && progress.settled;
    if (inOrder || (over && progress.finished)) co_return co_await conclude(intake, {});
    if (!progress.finished && (over || faulty(intake))) {
      if (committed()) offer(progress);  // what came before the break
      co_return brokenOff(exchange, intake, read.state);
    }
    if (tooLong(progress)) co_return End::failed;
    const io::Status sent = offer(progress);
    if (sent == io::Status::again) {
      const io::Status drained = co_await client_.drain();
      if (drained != io::Status::ok) co_return clientGone();
    } else if (sent != io::Status::ok) {
      co_return clientGone();
    }
    if (held_.size() > kHeldMost) {
      co_return failedWith(
          MishapKind::badAnswer,
          faultOf(plugins::Code::unavailable, "the answer began with 1 MiB without content"));
    }
    if (progress.ended && tail == io::kNever) tail = loop.after(kTail);
    if (++reads == kReadsATurn) {
      reads = 0;
      co_await loop.yield();
    }
  }
}

// Waits for the upstream until it has been silent for too long; meanwhile the client gets pings.
io::Task<io::Wake> Attempt::waitPinging(io::Slot& slot, io::Deadline silent, const Intake& intake) {
  for (;;) {
    const io::Until until{std::min(silent, services_.loop.after(kPingPause)), cancel_.token()};
    const io::Wake wake = co_await io::Wait(services_.loop, until, &slot);
    if (wake != io::Wake::timeout || until.deadline == silent) co_return wake;
    const io::Status sent = client_.write(intake.ping());
    if (sent == io::Status::again) static_cast<void>(co_await client_.drain());
  }
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

// Why a stream that is not finished goes no further.
Attempt::End Attempt::brokenOff(const Exchange& exchange, const Intake& intake,
                                Exchange::State state) {
  if (faulty(intake)) return committed() ? End::broken : End::failed;
  if (state == Exchange::State::failed)
    return transportFailed(exchange.failure(), exchange.detail());
  const char* const why = intake.progress().content ? "the answer ended before it was finished"
                                                    : "the answer was empty";
  return failedWith(MishapKind::badAnswer, faultOf(plugins::Code::unavailable, why));
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
  co_return co_await conclude(intake,
                              intake.passesOn() ? std::string_view(body) : std::string_view());
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
  mishap_ = Mishap();
  mishap_.kind = MishapKind::refusedByStatus;
  mishap_.status = status;
  mishap_.retryAfter = retryAfter;
  if (!retryAfter && fault.retryAfterMs != 0) mishap_.retryAfter = milliseconds(fault.retryAfterMs);
  mishap_.fault = withoutKey(std::move(fault));
  const bool object = body.find_first_not_of(" \t\r\n") != body.npos &&
                      body[body.find_first_not_of(" \t\r\n")] == '{';
  if (isJson && object && instance_->speaks(inquiry_.dialect())) refusal_ = std::move(body);
  redact(refusal_, key());
  // A key that is written with escapes cannot be blacked out in place: then our own words must do.
  if (key().size() >= 4 && unescaped(refusal_).find(key()) != std::string::npos) refusal_.clear();
  co_return End::failed;
}

io::Task<Attempt::End> Attempt::viaDirect() {
  if (auto wrong = prepare(false)) co_return failedWith(MishapKind::plugin, std::move(*wrong));
  inquiry_.appendFields(passedFields_, wire::Fields(), false);
  plugins::Fault fault;
  const auto before = steady_clock::now();
  auto operation = instance_->start(request_, services_.loop, services_.workers, fault);
  if (!operation) co_return failedWith(MishapKind::plugin, std::move(fault));
  contentBy_ = services_.loop.after(provider_.config->timeouts.firstContent);
  Intake intake(inquiry_.rendering(step_.target->model, context_.requestId));
  const Progress& progress = intake.progress();
  const bool pings = stream_ && !intake.ping().empty();
  std::optional<plugins::Fault> ending;
  for (;;) {
    if (removed_) co_return stopped();
    services_.out.clear();
    const bool more = operation->drain(intake.sink(services_.out), ending);
    if (!committed()) waited_ = duration_cast<microseconds>(steady_clock::now() - before);
    note(progress);
    if (!ending) ending = progress.fault;
    if (!ending && !more && !progress.settled) {
      ending = faultOf(plugins::Code::unavailable, "the answer ended before it was finished");
    }
    if (ending) {
      if (committed()) offer(progress);  // what came before
      co_return failedWith(MishapKind::plugin, std::move(*ending));
    }
    if (!more) co_return co_await conclude(intake, {});
    if (tooLong(progress)) co_return End::failed;
    const io::Status sent = offer(progress);
    if (sent == io::Status::again) {
      const io::Status drained = co_await client_.drain();
      if (drained != io::Status::ok) co_return clientGone();
    } else if (sent != io::Status::ok) {
      co_return clientGone();
    }
    const io::Until until{silenceEnds(progress.content), cancel_.token()};
    io::Wake wake = io::Wake::ready;
    if (pings && committed())
      wake = co_await waitPinging(operation->slot(), until.deadline, intake);
    else wake = co_await io::Wait(services_.loop, until, &operation->slot());
    if (wake != io::Wake::ready) co_return ended(wake, progress.content);
  }
}

std::string_view Attempt::key() const noexcept {
  const Secret* secret = step_.secret();
  return secret == nullptr ? std::string_view() : secret->reveal();
}

plugins::Fault Attempt::withoutKey(plugins::Fault fault) const {
  for (std::string* text : {&fault.message, &fault.type, &fault.symbol, &fault.param}) {
    redact(*text, key());
  }
  return fault;
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
  if (!dropped_.empty()) appendDropped(fields, dropped_);
  if (!length) fields += "cache-control: no-cache\r\n";
  fields += passedFields_;
  client_.begin(200, contentType, fields, length);
  committed_ = true;
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
    mishap_.detail = "no content within " + seconds(timeouts.firstContent);
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
  mishap_ = Mishap();
  mishap_.kind = kind;
  mishap_.fault = withoutKey(std::move(fault));
  return committed() ? End::broken : End::failed;
}

}  // namespace sluice::calls
