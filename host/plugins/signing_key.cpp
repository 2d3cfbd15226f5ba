#include "plugins/signing_key.hpp"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/file_descriptor.hpp"

namespace sluice::plugins {

namespace {

constexpr std::string_view kScheme = "ed25519:";
constexpr int kMostKeyFile = 16 * 1024;

struct Free {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Digest = std::unique_ptr<EVP_MD_CTX, Free>;

std::string systemError(int error) { return std::generic_category().message(error); }

const unsigned char* bytesOf(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// What a key file held, cleansed at the end.
struct Buffer {
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  std::array<char, kMostKeyFile> bytes;
  int size = 0;
};

// The whole of a file that must fit; an errno, or 0.
int readInto(Buffer& buffer, int fd) {
  while (buffer.size < kMostKeyFile) {
    const ssize_t count = ::read(fd, buffer.bytes.data() + buffer.size,
                                 static_cast<std::size_t>(kMostKeyFile - buffer.size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return 0;
    buffer.size += static_cast<int>(count);
  }
  return EFBIG;
}

// A key behind a passphrase is not asked for: nobody may be there to answer.
int noPassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytesOf(text),
                                     static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : (text.ends_with('=') ? 1 : 0);
  bytes.resize(static_cast<std::size_t>(length) - padding);
  if (toBase64(bytes) != text) return std::nullopt;
  return bytes;
}

std::string toBase64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytesOf(bytes),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<PublicKey> PublicKey::parse(std::string_view text) {
  if (!text.starts_with(kScheme)) return std::nullopt;
  const auto bytes = fromBase64(text.substr(kScheme.size()));
  if (!bytes || bytes->size() != kBytes) return std::nullopt;
  PublicKey key;
  std::copy(bytes->begin(), bytes->end(), key.bytes_.begin());
  return key;
}

std::string PublicKey::text() const {
  return std::string(kScheme) +
         toBase64({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()});
}

bool PublicKey::verifies(std::string_view message, const SignatureBytes& signature) const {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()),
      EVP_PKEY_free);
  const Digest context(EVP_MD_CTX_new());
  const bool good =
      key != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytesOf(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<SigningKey> SigningKey::generate() {
  Handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  if (key == nullptr) return Error{"no key could be made"};
  return SigningKey(std::move(key));
}

Result<SigningKey> SigningKey::read(const std::string& file) {
  const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return Error{file + ": cannot be read: " + systemError(errno)};
  Buffer buffer;
  const int failure = readInto(buffer, fd.get());
  if (failure != 0) return Error{file + ": cannot be read: " + systemError(failure)};
  const Bio bio(BIO_new_mem_buf(buffer.bytes.data(), buffer.size));
  bool passphrase = false;
  Handle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, noPassphrase, &passphrase), EVP_PKEY_free);
  ERR_clear_error();
  if (passphrase) return Error{file + ": is behind a passphrase, which is not supported"};
  if (key == nullptr) return Error{file + ": holds no private key in PEM form"};
  if (EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return Error{file + ": is no ed25519 key"};
  return SigningKey(std::move(key));
}

std::optional<Error> SigningKey::write(const std::string& file) const {
  const Bio bio(BIO_new(BIO_s_secmem()));
  char* text = nullptr;
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
      1) {
    return Error{file + ": the key could not be written as PEM"};
  }
  const long size = BIO_get_mem_data(bio.get(), &text);
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EEXIST) return Error{file + ": is there already, and is not overwritten"};
  if (fd < 0) return Error{file + ": cannot be written: " + systemError(errno)};
  const bool whole = writeAll(fd, {text, static_cast<std::size_t>(size)}) && ::fsync(fd) == 0;
  OPENSSL_cleanse(text, static_cast<std::size_t>(size));
  if (::close(fd) == 0 && whole) return std::nullopt;
  const int failure = errno;
  ::unlink(file.c_str());
  return Error{file + ": cannot be written: " + systemError(failure)};
}

PublicKey SigningKey::publicKey() const {
  PublicKey key;
  std::size_t size = key.bytes_.size();
  EVP_PKEY_get_raw_public_key(key_.get(), key.bytes_.data(), &size);
  return key;
}

Result<SignatureBytes> SigningKey::sign(std::string_view message) const {
  SignatureBytes signature{};
  std::size_t size = signature.size();
  const Digest context(EVP_MD_CTX_new());
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytesOf(message), message.size()) !=
          1 ||
      size != signature.size()) {
    ERR_clear_error();
    return Error{"the key does not sign"};
  }
  return signature;
}

}  // namespace sluice::plugins
