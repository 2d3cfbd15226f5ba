#include "plugins/file_content.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <vector>

namespace sluice::plugins {

namespace {

Error failed(int error) {
  if (error == ENOENT) return Error{"no such file"};
  return Error{"cannot be read: " + std::generic_category().message(error)};
}

struct Closer {
  ~Closer() { ::close(fd); }
  int fd;
};

Result<std::string> hashOf(int fd) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
  std::vector<char> block(std::size_t{64} * 1024);
  for (;;) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) break;
    EVP_DigestUpdate(context.get(), block.data(), static_cast<std::size_t>(count));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &length);
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
  const int fd = ::open(content.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return failed(errno);
  const Closer closer{fd};
  struct stat status{};
  if (::fstat(fd, &status) != 0) return failed(errno);
  if (!S_ISREG(status.st_mode)) return Error{"is not a regular file"};
  content.device = status.st_dev;
  content.inode = status.st_ino;
  auto hash = hashOf(fd);
  if (!hash) return hash.error();
  content.sha256 = *std::move(hash);
  return content;
}

}  // namespace sluice::plugins
