#include "answer_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace sluice::bench {

namespace {

constexpr std::size_t kLineLimit = 16'384;

}  // namespace

std::string_view AnswerReader::next(std::string_view& bytes) {
  if (at_ == At::body || at_ == At::chunk) {
    const std::string_view run = bytes.substr(0, left_);
    bytes.remove_prefix(run.size());
    left_ -= run.size();
    if (left_ == 0) at_ = at_ == At::body ? At::done : At::chunkEnd;
    return run;
  }
  const std::size_t end = bytes.find('\n');
  const std::string_view piece = bytes.substr(0, end);
  bytes.remove_prefix(std::min(bytes.size(), piece.size() + 1));
  if (end == piece.npos || !partial_.empty()) partial_.append(piece);
  if (partial_.size() > kLineLimit) at_ = At::broken;
  if (end == piece.npos) return {};
  std::string_view whole = partial_.empty() ? piece : std::string_view(partial_);
  if (!whole.ends_with('\r')) {
    at_ = At::broken;
    return {};
  }
  whole.remove_suffix(1);
  line(whole);
  partial_.clear();
  return {};
}

void AnswerReader::line(std::string_view line) {
  switch (at_) {
    case At::statusLine: {
      const bool known = line.size() >= 12 && line.starts_with("HTTP/1.1 ");
      const auto code = known ? text::parseUnsigned(line.substr(9, 3)) : std::nullopt;
      status_ = code ? static_cast<int>(*code) : 0;
      at_ = code ? At::header : At::broken;
      break;
    }
    case At::header:
      if (line.empty()) endHead();
      else header(line);
      break;
    case At::chunkSize: {
      const char* const begin = line.data();
      const char* const end = begin + line.size();
      const auto [rest, fault] = std::from_chars(begin, end, left_, 16);
      if (fault != std::errc() || (rest != end && *rest != ';')) at_ = At::broken;
      else at_ = left_ == 0 ? At::trailer : At::chunk;
      break;
    }
    case At::chunkEnd: at_ = line.empty() ? At::chunkSize : At::broken; break;
    case At::trailer:
      if (line.empty()) at_ = At::done;
      break;
    default: break;
  }
}

void AnswerReader::header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) {
    at_ = At::broken;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = text::trim(line.substr(colon + 1));
  if (text::equalsIgnoringCase(name, "content-length")) {
    const auto length = text::parseUnsigned(value);
    if (!length || hasLength_) at_ = At::broken;
    hasLength_ = true;
    left_ = length.value_or(0);
  } else if (text::equalsIgnoringCase(name, "transfer-encoding")) {
    chunked_ = text::equalsIgnoringCase(value, "chunked");
  } else if (text::equalsIgnoringCase(name, "content-type")) {
    eventStream_ = value.starts_with("text/event-stream");
  } else if (text::equalsIgnoringCase(name, "connection")) {
    close_ = text::equalsIgnoringCase(value, "close");
  }
}

void AnswerReader::endHead() {
  if (status_ < 200 && status_ != 101) at_ = At::statusLine;  // informational: the answer follows
  else if (chunked_ == hasLength_) at_ = At::broken;          // no framing, or two
  else if (chunked_) at_ = At::chunkSize;
  else at_ = left_ == 0 ? At::done : At::body;
}

}  // namespace sluice::bench
