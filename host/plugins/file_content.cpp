#include "plugins/file_content.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace sluice::plugins {

namespace {

constexpr off_t kLargestFile = off_t{1} << 30;

Error failed(int error) {
  if (error == ENOENT) return Error{"no such file"};
  return Error{"cannot be read: " + std::generic_category().message(error)};
}

Result<std::string> readAll(int fd, std::size_t expected) {
  constexpr std::size_t kBlock = std::size_t{256} * 1024;
  std::string bytes;
  std::size_t length = 0;
  bytes.resize(expected + 1);  // one more, so that the end is seen without growing
  for (;;) {
    const ssize_t count = ::read(fd, bytes.data() + length, bytes.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
    if (length > static_cast<std::size_t>(kLargestFile)) return Error{"is larger than 1 GiB"};
    if (length == bytes.size()) bytes.resize(length + kBlock);
  }
  bytes.resize(length);
  return bytes;
}

std::string hashOf(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

}  // namespace

Result<FileContent> readContent(const std::string& file) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(file.c_str(), nullptr), std::free);
  if (real == nullptr) return failed(errno);
  FileContent content;
  content.path = real.get();
  const FileDescriptor fd(::open(content.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return failed(errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return failed(errno);
  if (!S_ISREG(status.st_mode)) return Error{"is not a regular file"};
  if (status.st_size > kLargestFile) return Error{"is larger than 1 GiB"};
  auto bytes = readAll(fd.get(), static_cast<std::size_t>(status.st_size));
  if (!bytes) return bytes.error();
  content.bytes = *std::move(bytes);
  content.sha256 = hashOf(content.bytes);
  return content;
}

}  // namespace sluice::plugins
