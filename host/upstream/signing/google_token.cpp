#include "upstream/signing/google_token.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "base/text.hpp"
#include "upstream/exchange.hpp"
#include "upstream/signing/digest.hpp"

namespace sluice::upstream {

using Kind = SigningTrouble::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr milliseconds kConnect{5'000};
constexpr milliseconds kFirstByte{10'000};
constexpr milliseconds kFetch{20'000};        // all of it
constexpr seconds kSpare{60};                 // a token is not given this near to its end,
constexpr seconds kEarly{300};                // and a new one is fetched from here on
constexpr seconds kPause{30};                 // between early fetches that fail
constexpr std::size_t kMostAnswer = 1 << 18;  // bytes
constexpr std::size_t kMostEntries = 256;
constexpr std::size_t kMostFile = 1 << 16;  // bytes of a subject's token
constexpr std::string_view kForm =
    "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";

SigningTrouble trouble(Kind kind, std::string message) {
  SigningTrouble made;
  made.kind = kind;
  made.message = std::move(message);
  return made;
}

// Blocks.
Result<std::string> readFile(const std::string& path) {
  std::error_code none;
  std::ifstream in;
  if (std::filesystem::is_regular_file(path, none)) in.open(path, std::ios::binary);
  std::string text(kMostFile, '\0');
  if (in.is_open()) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    return Error{"the key's credential_source.file cannot be read"};
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

SigningTrouble notOffloaded(io::Status status) {
  SigningTrouble made = trouble(Kind::unreachable, "for a token");
  if (status == io::Status::timeout) made.failure = Failure::timeout;
  else if (status == io::Status::cancelled) made.failure = Failure::cancelled;
  else made.failure = Failure::overloaded;
  return made;
}

}  // namespace

struct AnswerTag;

// One caller that waits for a fetch to end.
class GoogleTokens::Answer : public io::Wait, public io::Link<AnswerTag> {
 public:
  using Waiting = io::List<Answer, AnswerTag>;
  Answer(io::Loop& loop, io::Until until, Waiting& waiting) noexcept
      : Wait(loop, until), waiting_(waiting) {}
  void await_suspend(std::coroutine_handle<> handle) noexcept {
    waiting_.pushBack(*this);
    arm(handle);
  }

 private:
  Waiting& waiting_;
};

struct GoogleTokens::Entry {
  GoogleKey key;
  std::vector<std::string> scopes;
  ProxySettings proxies;

  std::shared_ptr<const Secret> token;  // null: none yet
  io::TimePoint granted;                // when it came
  system_clock::time_point usedUntil;
  system_clock::time_point fetchFrom;
  system_clock::time_point lastUsed;
  bool fetching = false;
  SigningTrouble trouble;  // of the last fetch
  Answer::Waiting waiting;
};

// What a server answered.
struct GoogleTokens::Said {
  Failure failure = Failure::none;
  std::string detail;
  std::string host;
  int status = 0;
  std::string body;

  // A refusal may repeat what it was shown.
  void hide(std::string_view secret) {
    if (status / 100 != 2) text::redact(body, secret);
  }
};

GoogleTokens::GoogleTokens(io::Loop& loop, io::WorkerPool& workers, Client& client, WallClock now)
    : loop_(loop), workers_(workers), client_(client), now_(std::move(now)), fetches_(loop) {}

GoogleTokens::~GoogleTokens() = default;

io::Task<GoogleTokens::Given> GoogleTokens::get(std::string_view key,
                                                const std::vector<std::string>& scopes,
                                                const ProxySettings& proxies, io::Until until) {
  Given given;
  const std::shared_ptr<Entry> entry = find(key, scopes, proxies, given.trouble);
  if (!entry) co_return given;
  const auto now = now_();
  entry->lastUsed = now;
  if (entry->token && now < entry->usedUntil) {
    if (now >= entry->fetchFrom && !entry->fetching) start(entry);
    given.token = entry->token;
    given.granted = entry->granted;
    given.kept = true;
    co_return given;
  }
  if (!entry->fetching) start(entry);
  if (entry->fetching) {
    const io::Wake wake = co_await Answer(loop_, until, entry->waiting);
    if (wake != io::Wake::ready) {
      given.trouble = notOffloaded(io::toStatus(wake));
      co_return given;
    }
  }
  given.trouble = entry->trouble;
  if (given.trouble.any()) co_return given;
  given.token = entry->token;
  given.granted = entry->granted;
  co_return given;
}

void GoogleTokens::forget(const Secret& token) {
  for (auto& [digest, entry] : entries_) {
    if (entry->token && *entry->token == token) entry->usedUntil = {};
  }
}

std::shared_ptr<GoogleTokens::Entry> GoogleTokens::find(std::string_view key,
                                                        const std::vector<std::string>& scopes,
                                                        const ProxySettings& proxies,
                                                        SigningTrouble& trouble) {
  Sha256 hash;
  hash.add(key);
  for (const std::string& scope : scopes) {
    hash.add("\n");
    hash.add(scope);
  }
  const std::string digest = hash.finish();
  if (const auto known = entries_.find(digest); known != entries_.end()) return known->second;
  Result<GoogleKey> parsed = parseGoogleKey(key);
  if (!parsed) {
    trouble = upstream::trouble(Kind::keyRefused, parsed.error().message);
    return nullptr;
  }
  makeRoom();
  auto made = std::make_shared<Entry>();
  made->key = *std::move(parsed);
  made->scopes = scopes;
  made->proxies = proxies;
  entries_.emplace(digest, made);
  return made;
}

// What was not used for the longest time goes. Who uses it still keeps it.
void GoogleTokens::makeRoom() {
  if (entries_.size() < kMostEntries) return;
  entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& a, const auto& b) { return a.second->lastUsed < b.second->lastUsed; }));
}

void GoogleTokens::start(const std::shared_ptr<Entry>& entry) {
  entry->fetching = true;
  fetches_.spawn(fetch(*this, entry));
}

io::Task<void> GoogleTokens::fetch(GoogleTokens& self, std::shared_ptr<Entry> entry) {
  const io::Until until{self.loop_.after(kFetch), self.fetches_.token()};
  SigningTrouble trouble;
  try {
    trouble = co_await self.acquire(*entry, until);
  } catch (const std::exception&) {
    trouble = upstream::trouble(Kind::unavailable, "fetching a token failed");
  }
  // The next early fetch is not at once.
  if (trouble.any()) entry->fetchFrom = self.now_() + kPause;
  entry->trouble = std::move(trouble);
  entry->fetching = false;
  while (Answer* const one = entry->waiting.popFront()) one->complete(io::Wake::ready);
}

io::Task<SigningTrouble> GoogleTokens::acquire(Entry& entry, io::Until until) {
  if (const auto* const account = std::get_if<ServiceAccount>(&entry.key)) {
    return byClaim(entry, *account, until);
  }
  return byExchange(entry, std::get<ExternalAccount>(entry.key), until);
}

io::Task<SigningTrouble> GoogleTokens::byClaim(Entry& entry, const ServiceAccount& account,
                                               io::Until until) {
  const auto work = [account, scopes = entry.scopes, now = now_()] {
    return signedClaim(account, scopes, now);
  };
  auto made = co_await io::offload(workers_, loop_, until, work);
  if (!made.value) co_return notOffloaded(made.status);
  const Result<std::string>& claim = *made.value;
  if (!claim) co_return trouble(Kind::keyRefused, claim.error().message);
  const std::string form = claimForm(*claim);
  const Request request{"POST", account.tokens.target, kForm, form};
  Said said = co_await ask(account.tokens, entry.proxies, request, until);
  said.hide(*claim);
  co_return take(entry, said);
}

io::Task<SigningTrouble> GoogleTokens::byExchange(Entry& entry, const ExternalAccount& account,
                                                  io::Until until) {
  Secret subject;
  SigningTrouble failed = co_await readSubject(account, entry, subject, until);
  if (failed.any()) co_return failed;
  const std::string form = exchangeForm(account, entry.scopes, subject.reveal());
  const Request exchange{"POST", account.tokens.target, kForm, form};
  Said said = co_await ask(account.tokens, entry.proxies, exchange, until);
  said.hide(subject.reveal());
  const bool further = !account.impersonation.target.empty();
  Entry between;
  failed = take(further ? between : entry, said);
  if (failed.any() || !further) co_return failed;
  std::string fields = "Content-Type: application/json\r\nAccept: application/json\r\n";
  fields.append("Authorization: Bearer ").append(between.token->reveal()).append("\r\n");
  const std::string body = impersonationBody(entry.scopes);
  const Request impersonation{"POST", account.impersonation.target, fields, body};
  Said granted = co_await ask(account.impersonation, entry.proxies, impersonation, until);
  granted.hide(between.token->reveal());
  co_return take(entry, granted);
}

io::Task<SigningTrouble> GoogleTokens::readSubject(const ExternalAccount& account,
                                                   const Entry& entry, Secret& subject,
                                                   io::Until until) {
  Said said;
  if (account.file.empty()) {
    const Request request{"GET", account.source.target, account.sourceFields, {}};
    said = co_await ask(account.source, entry.proxies, request, until);
    if (said.failure != Failure::none || said.status / 100 != 2) {
      Entry nowhere;
      co_return take(nowhere, said);
    }
  } else {
    const auto work = [path = account.file] { return readFile(path); };
    auto read = co_await io::offload(workers_, loop_, until, work);
    if (!read.value) co_return notOffloaded(read.status);
    if (!*read.value) co_return trouble(Kind::keyRefused, read.value->error().message);
    said.body = **read.value;
  }
  Result<Secret> found = subjectToken(account, said.body);
  if (!found) co_return trouble(Kind::keyRefused, found.error().message);
  subject = *std::move(found);
  co_return SigningTrouble();
}

io::Task<GoogleTokens::Said> GoogleTokens::ask(const Place& place, const ProxySettings& proxies,
                                               const Request& request, io::Until until) {
  const Endpoint endpoint{place.url, proxyFor(place.url, proxies)};
  Said said;
  said.host = place.url.authority();
  Exchange exchange(client_, endpoint);
  const OpenLimits limits{kConnect, kFirstByte, until.deadline};
  said.failure = co_await exchange.open(request, limits, until.cancel);
  if (said.failure == Failure::none) said.status = exchange.head().status;
  while (said.failure == Failure::none) {
    const Exchange::Read read = exchange.tryRead(loop_.scratch());
    if (read.state == Exchange::State::whole) break;
    if (read.state == Exchange::State::failed) {
      said.failure = exchange.failure();
    } else if (read.state == Exchange::State::data) {
      said.body.append(read.payload);
      if (said.body.size() > kMostAnswer) said.failure = Failure::badBody;
    } else {
      const io::Wake wake = co_await io::Wait(loop_, until, &exchange.slot());
      if (wake == io::Wake::timeout) said.failure = Failure::timeout;
      if (wake == io::Wake::cancelled) said.failure = Failure::cancelled;
    }
  }
  said.detail = exchange.detail();
  co_return said;
}

// Puts the token of an answer into the entry, or tells why there is none.
SigningTrouble GoogleTokens::take(Entry& entry, const Said& said) {
  if (said.failure != Failure::none) {
    SigningTrouble made = trouble(Kind::unreachable, "for a token from " + said.host);
    if (!said.detail.empty()) made.message += ": " + said.detail;
    made.failure = said.failure;
    return made;
  }
  if (said.status / 100 != 2) {
    const int status = said.status;
    const bool refused =
        status / 100 == 4 && status != 408 && status != 409 && status != 425 && status != 429;
    std::string message = refused ? "the token server refused the key" : "there is no token now";
    message += " (" + said.host + " answered " + std::to_string(status);
    const std::string why = saidOf(said.body);
    if (!why.empty()) message += ": " + why;
    return trouble(refused ? Kind::keyRefused : Kind::unavailable, message + ")");
  }
  const auto now = now_();
  Result<GrantedToken> granted = grantedToken(said.body, now);
  if (!granted) {
    return trouble(Kind::unavailable,
                   "the token server " + said.host + ": " + granted.error().message);
  }
  const seconds lifetime = granted->lifetime;
  entry.token = std::make_shared<const Secret>(std::move(granted->token));
  entry.granted = loop_.now();
  entry.usedUntil = now + lifetime - std::min(kSpare, lifetime / 4);
  entry.fetchFrom = now + lifetime - std::min(kEarly, lifetime / 2);
  return {};
}

}  // namespace sluice::upstream
