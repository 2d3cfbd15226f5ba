// What an attempt does with its key: signs with it, and keeps it out of what others say.
#include <charconv>

#include "base/text.hpp"
#include "calls/attempt.hpp"

namespace sluice::calls {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::steady_clock;

namespace {

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

}  // namespace

// `answered`: it is signed.
io::Task<Attempt::End> Attempt::sign(plugins::Encoded& encoded, const upstream::Request& wanted) {
  const upstream::SigningOrder order{
      encoded.signing.scheme, encoded.signing.params, key(),
      provider_.endpoint,     *provider_.proxies,     context_.received};
  const io::Until until{total_, cancel_.token()};
  const auto before = steady_clock::now();
  signed_ = co_await services_.signer.sign(order, wanted, until);
  if (signed_.byToken) waited_ += duration_cast<microseconds>(steady_clock::now() - before);
  if (cancel_.cancelled()) co_return stopped();
  if (signed_.trouble.any()) co_return unsignable();
  encoded.fields += signed_.fields;
  co_return End::answered;
}

Attempt::End Attempt::unsignable() {
  upstream::SigningTrouble& trouble = signed_.trouble;
  using Kind = upstream::SigningTrouble::Kind;
  if (trouble.kind == Kind::unreachable) return transportFailed(trouble.failure, trouble.message);
  plugins::Fault fault;
  fault.code = plugins::Code::internal;
  fault.message = std::move(trouble.message);
  if (trouble.kind == Kind::keyRefused) fault.reason = plugins::Reason::key;
  if (trouble.kind == Kind::unavailable) {
    fault.code = plugins::Code::unavailable;
    fault.retryable = true;
  }
  return failedWith(MishapKind::signing, std::move(fault));
}

std::string_view Attempt::key() const noexcept {
  const Secret* secret = step_.secret();
  return secret == nullptr ? std::string_view() : secret->reveal();
}

plugins::Fault Attempt::withoutKey(plugins::Fault fault) const {
  for (std::string* text : {&fault.message, &fault.type, &fault.symbol, &fault.param}) {
    hideSecrets(*text);
  }
  return fault;
}

// An upstream may repeat the key that it refuses, or what was made of it. True: it has.
bool Attempt::hideSecrets(std::string& text) const {
  bool found = text::redact(text, key());
  for (const Secret& secret : signed_.secrets) {
    found = text::redact(text, secret.reveal()) || found;
  }
  return found;
}

// With JSON's escapes undone.
bool Attempt::repeatsSecrets(std::string_view json) const {
  std::string plain = unescaped(json);
  return hideSecrets(plain);
}

}  // namespace sluice::calls
