#include "http/request_id.hpp"

#include <algorithm>
#include <random>

namespace sluice::http {

namespace {

constexpr std::string_view kPrefix = "req_";
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t kRandom = 14;
constexpr std::size_t kCounted = 10;

}  // namespace

RequestIds::RequestIds() {
  std::random_device random;
  auto at = std::copy(kPrefix.begin(), kPrefix.end(), last_.text_.begin());
  std::generate_n(at, kRandom, [&random] { return kDigits[random() % kDigits.size()]; });
}

RequestId RequestIds::next() noexcept {
  // An odd factor permutes the numbers of 50 bits: ids stay unique, and do not show the load.
  std::uint64_t number = ++count_ * 0x2545f4914f6cdd1dULL;
  char* const end = last_.text_.data() + last_.text_.size();
  for (char* at = end - kCounted; at != end; ++at) {
    *at = kDigits[number % kDigits.size()];
    number /= kDigits.size();
  }
  return last_;
}

}  // namespace sluice::http
