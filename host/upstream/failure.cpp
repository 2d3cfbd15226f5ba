#include "upstream/failure.hpp"

namespace sluice::upstream {

std::string_view describe(Failure failure) noexcept {
  switch (failure) {
    case Failure::none: return "The exchange succeeded.";
    case Failure::unresolved: return "The upstream's name could not be resolved.";
    case Failure::refused: return "The upstream could not be reached.";
    case Failure::tlsFailed: return "The TLS handshake with the upstream failed.";
    case Failure::proxyFailed: return "The proxy refused to pass the request on.";
    case Failure::connectTimeout: return "The upstream could not be reached in time.";
    case Failure::reset: return "The upstream broke the connection before it answered.";
    case Failure::firstByteTimeout: return "The upstream did not begin to answer in time.";
    case Failure::badHead: return "The head of the upstream's answer is not valid HTTP/1.1.";
    case Failure::truncated: return "The upstream's answer ended before it was whole.";
    case Failure::badBody: return "The body of the upstream's answer is not as announced.";
    case Failure::timeout: return "The upstream took longer than the whole attempt may take.";
    case Failure::cancelled: return "The exchange was cancelled.";
    case Failure::overloaded: return "Sluice is out of descriptors or of room for name look-ups.";
  }
  return "";
}

}  // namespace sluice::upstream
