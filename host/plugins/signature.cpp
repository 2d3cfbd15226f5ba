#include "plugins/signature.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/file_descriptor.hpp"
#include "plugins/component.hpp"

namespace sluice::plugins {

namespace {

constexpr std::string_view kFormat = "sluice-plugin-signature/1";
constexpr std::string_view kAnyFormat = "sluice-plugin-signature/";
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostComponents = 256;
constexpr std::size_t kLongestVersion = 500;
constexpr std::size_t kHashDigits = 64;

bool isHash(std::string_view text) {
  return text.size() == kHashDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// It is shown to people, so that it holds nothing that moves a terminal's cursor.
bool isVersion(std::string_view text) {
  return !text.empty() && text.size() <= kLongestVersion &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

// Takes lines "name: value" off a text.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  std::optional<std::string_view> line() {
    const std::size_t end = rest_.find('\n');
    if (end == rest_.npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    ++number_;
    return line;
  }
  // The value, if the next line has that name.
  std::optional<std::string_view> value(std::string_view name) {
    if (!next(name)) return std::nullopt;
    auto value = line();
    if (value) value->remove_prefix(name.size() + 2);
    return value;
  }
  bool next(std::string_view name) const {
    return rest_.starts_with(name) && rest_.substr(name.size()).starts_with(": ");
  }
  bool ended() const { return rest_.empty(); }
  // Of the next line, from 1.
  std::string here() const { return "line " + std::to_string(number_ + 1); }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

Error expected(const std::string& where, const char* what) {
  return Error{where + " is not '" + what + "'"};
}

std::optional<Error> readStatement(Lines& lines, Statement& statement) {
  auto where = lines.here();
  const auto hash = lines.value("sha256");
  if (!hash || !isHash(*hash)) return expected(where, "sha256: <64 hexadecimal digits>");
  statement.sha256 = *hash;
  where = lines.here();
  const auto version = lines.value("version");
  if (!version || !isVersion(*version)) return expected(where, "version: ...");
  statement.version = *version;
  while (lines.next("component")) {
    where = lines.here();
    const auto id = lines.value("component");
    if (!id || !isComponentId(*id)) return expected(where, "component: org.example.echo");
    if (!statement.components.empty() && statement.components.back() >= *id) {
      return Error{where + " is not in order"};
    }
    if (statement.components.size() == kMostComponents) return Error{"has too many components"};
    statement.components.emplace_back(*id);
  }
  where = lines.here();
  if (statement.components.empty()) return expected(where, "component: org.example.echo");
  const auto key = lines.value("key");
  const auto parsed = key ? PublicKey::parse(*key) : std::nullopt;
  if (!parsed) return expected(where, "key: ed25519:...");
  statement.key = *parsed;
  return std::nullopt;
}

Error cannotBeRead(int error) {
  return Error{"cannot be read: " + std::generic_category().message(error)};
}

}  // namespace

std::string signedBytes(const Statement& statement) {
  std::string text;
  text.append(kFormat).append("\nsha256: ").append(statement.sha256);
  text.append("\nversion: ").append(statement.version).append("\n");
  for (const std::string& id : statement.components) {
    text.append("component: ").append(id).append("\n");
  }
  return text.append("key: ").append(statement.key.text()).append("\n");
}

std::string toText(const Signature& signature) {
  const std::string_view bytes(reinterpret_cast<const char*>(signature.bytes.data()),
                               signature.bytes.size());
  return signedBytes(signature.statement) + "signature: " + toBase64(bytes) + '\n';
}

Result<Signature> parseSignature(std::string_view text) {
  if (text.size() > kMostBytes) return Error{"is larger than 64 KiB"};
  Lines lines(text);
  const auto format = lines.line();
  if (!format || !format->starts_with(kAnyFormat)) {
    return Error{"is no signature: it does not begin with '" + std::string(kFormat) + "'"};
  }
  if (*format != kFormat) return Error{"is of another format than " + std::string(kFormat)};
  Signature signature;
  if (auto fault = readStatement(lines, signature.statement)) return *std::move(fault);
  const auto where = lines.here();
  const auto value = lines.value("signature");
  const auto bytes = value ? fromBase64(*value) : std::nullopt;
  if (!bytes || bytes->size() != signature.bytes.size()) return expected(where, "signature: ...");
  std::ranges::copy(*bytes, signature.bytes.begin());
  if (!lines.ended()) return Error{"goes on after its signature"};
  return signature;
}

bool isGenuine(const Signature& signature) {
  return signature.statement.key.verifies(signedBytes(signature.statement), signature.bytes);
}

Result<Signature> signStatement(Statement statement, const SigningKey& key) {
  statement.key = key.publicKey();
  std::ranges::sort(statement.components);
  statement.components.erase(std::unique(statement.components.begin(), statement.components.end()),
                             statement.components.end());
  auto bytes = key.sign(signedBytes(statement));
  if (!bytes) return bytes.error();
  Signature signature{std::move(statement), *bytes};
  // What would not be read must not be written.
  const auto back = parseSignature(toText(signature));
  if (!back) return Error{"its signature would be none: " + back.error().message};
  return signature;
}

std::string signatureFile(const std::string& pluginFile) { return pluginFile + ".sig"; }

Result<std::optional<Signature>> readSignature(const std::string& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::optional<Signature>();
  if (!fd) return cannotBeRead(errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return cannotBeRead(errno);
  if (!S_ISREG(status.st_mode)) return Error{"is not a regular file"};
  std::string text(kMostBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannotBeRead(errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  auto parsed = parseSignature(std::string_view(text).substr(0, size));
  if (!parsed) return parsed.error();
  return std::optional<Signature>(*std::move(parsed));
}

}  // namespace sluice::plugins
