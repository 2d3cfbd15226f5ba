#include "wire/head.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"
#include "wire/chars.hpp"
#include "wire/url.hpp"

namespace sluice::wire {

namespace {

constexpr std::size_t maxFields = 256;
constexpr std::string_view crlf = "\r\n";

// The first fault of bytes [from, head.size()), as one that reads byte after byte would meet it. A
// CR at the very end is none yet.
HeadFault firstByteFault(std::string_view head, std::size_t from) noexcept {
  for (std::size_t i = from; i < head.size(); ++i) {
    const char c = head[i];
    const bool afterCr = i > 0 && head[i - 1] == '\r';
    if (afterCr != (c == '\n')) return HeadFault::bareLineFeed;
    if (c != '\r' && c != '\n' && !isIn(c, fieldChar)) return HeadFault::controlByte;
  }
  return HeadFault::none;
}

// What a stretch of a head may hold, as bits.
enum News : std::uint8_t { byteFault = 1, blankLine = 2 };

// The news among `count` bytes from `bytes` on; two more lie before them. Written so that the
// compiler makes vector code of it: no branch, no table.
inline std::uint8_t newsAmong(const char* bytes, std::size_t count) noexcept {
  std::uint8_t fault = 0;
  std::uint8_t blank = 0;
  for (const char* at = bytes; at != bytes + count; ++at) {
    const auto c = static_cast<std::uint8_t>(*at);
    const bool lf = c == '\n';
    fault |= static_cast<std::uint8_t>((c < 0x20) & (c != '\t') & (c != '\r') & !lf);
    fault |= static_cast<std::uint8_t>(c == 0x7f);
    fault |= static_cast<std::uint8_t>((at[-1] == '\r') != lf);
    // With all line ends CRLF, a blank line is one that ends two bytes behind the line before.
    blank |= static_cast<std::uint8_t>((at[-2] == '\n') & lf);
  }
  return static_cast<std::uint8_t>((fault != 0 ? byteFault : 0) | (blank != 0 ? blankLine : 0));
}

// The news among bytes [from, to) of a head; `from` is at least 2. A last stretch that is shorter
// than a block is looked at together with bytes before it, which cost nothing and hold no news.
std::uint8_t findNews(std::string_view text, std::size_t from, std::size_t to) noexcept {
  const char* const head = text.data();
  constexpr std::size_t block = 32;
  std::uint8_t news = 0;
  for (; to - from >= block; from += block) news |= newsAmong(head + from, block);
  if (from == to) return news;
  if (to >= block + 2) return news | newsAmong(head + to - block, block);
  return news | newsAmong(head + from, to - from);
}

// The same for the bytes that have no two before them. Takes `from` behind them.
HeadFault checkFirstBytes(std::string_view head, std::size_t& from) noexcept {
  const std::size_t edge = std::min(head.size(), std::size_t{2});
  if (from >= edge) return HeadFault::none;
  const HeadFault fault = firstByteFault(head.substr(0, edge), from);
  from = edge;
  return fault;
}

// Checks all that does not need the lines' meaning.
HeadFault checkWhole(std::string_view head) noexcept {
  std::size_t from = 0;
  const HeadFault fault = checkFirstBytes(head, from);
  if (fault != HeadFault::none) return fault;
  if ((findNews(head, from, head.size()) & byteFault) != 0) return firstByteFault(head, from);
  return head.ends_with("\r\n\r\n") ? HeadFault::none : HeadFault::tooLarge;
}

// Takes the first line off a head that was checked so.
std::string_view takeLine(std::string_view& rest) noexcept {
  const std::size_t lf = rest.find('\n');
  const auto line = rest.substr(0, lf - 1);
  rest.remove_prefix(lf + 1);
  return line;
}

// What fields say about the message itself.
struct Framing {
  int hosts = 0;
  std::string_view host;
  std::optional<std::uint64_t> length;
  int lengths = 0;
  bool chunked = false;
  int codings = 0;
  bool close = false;
  bool keepAlive = false;
  bool continueAsked = false;
  bool otherExpectation = false;
};

// Calls `each` with every non-empty element of a comma-separated list.
template <class Each>
void forEachElement(std::string_view list, Each each) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto element = text::trim(list.substr(0, comma));
    if (!element.empty()) each(element);
    if (comma == list.npos) return;
    list.remove_prefix(comma + 1);
  }
}

void noteConnection(std::string_view value, Framing& framing) {
  forEachElement(value, [&framing](std::string_view token) {
    if (text::equalsIgnoringCase(token, "close")) framing.close = true;
    if (text::equalsIgnoringCase(token, "keep-alive")) framing.keepAlive = true;
  });
}

void noteLength(std::string_view value, Framing& framing) {
  ++framing.lengths;
  framing.length = text::parseUnsigned(value);
  // No real body is as long, and sums with it must not overflow.
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (framing.length && *framing.length > most) framing.length.reset();
}

void noteField(const Field& field, Framing& framing) {
  const auto is = [&field](std::string_view name) {
    return (field.name.front() | 32) == name.front() && text::equalsIgnoringCase(field.name, name);
  };
  switch (field.name.size()) {
    case 4:
      if (is("host")) {
        ++framing.hosts;
        framing.host = field.value;
      }
      break;
    case 6:
      if (is("expect")) {
        const bool known = text::equalsIgnoringCase(field.value, "100-continue");
        (known ? framing.continueAsked : framing.otherExpectation) = true;
      }
      break;
    case 10:
      if (is("connection")) noteConnection(field.value, framing);
      break;
    case 14:
      if (is("content-length")) noteLength(field.value, framing);
      break;
    case 17:
      if (is("transfer-encoding")) {
        ++framing.codings;
        framing.chunked = text::equalsIgnoringCase(field.value, "chunked");
      }
      break;
    default: break;
  }
}

inline bool isBlank(char c) noexcept { return c == ' ' || c == '\t'; }

// Takes one line off, which is not the blank one.
HeadFault takeField(std::string_view& rest, Field& field) noexcept {
  const char* const line = rest.data();
  const char* at = line;
  while (isIn(*at, tokenChar)) ++at;  // stops at the line's CR at the latest
  const auto size = static_cast<std::size_t>(at - line);
  const std::size_t lf = rest.find('\n', size);
  rest.remove_prefix(lf + 1);
  if (*at != ':' || size == 0) {
    if (isBlank(*line)) return HeadFault::foldedLine;
    const bool colon = std::string_view(line, lf).find(':') != std::string_view::npos;
    return colon ? HeadFault::badFieldName : HeadFault::missingColon;
  }
  const char* end = line + lf - 1;
  ++at;
  while (at < end && isBlank(*at)) ++at;
  while (at < end && isBlank(end[-1])) --end;
  field = {{line, size}, {at, static_cast<std::size_t>(end - at)}};
  return HeadFault::none;
}

HeadFault parseFields(std::string_view rest, Fields& fields, Framing& framing) {
  for (std::size_t count = 0; rest.front() != '\r'; ++count) {
    if (count == maxFields) return HeadFault::tooManyFields;
    Field field;
    const HeadFault fault = takeField(rest, field);
    if (fault != HeadFault::none) return fault;
    noteField(field, framing);
    fields.add(field);
  }
  return HeadFault::none;
}

// What requests and responses have in common. Leaves `body` as it is if no field delimits one.
template <class Head>
HeadFault applyFraming(const Framing& framing, Head& into) noexcept {
  into.keepAlive = !framing.close && (into.minorVersion > 0 || framing.keepAlive);
  if (framing.codings > 0 && framing.lengths > 0) return HeadFault::lengthAndChunked;
  if (framing.codings > 0) {
    if (framing.codings > 1 || !framing.chunked || into.minorVersion == 0) {
      return HeadFault::badTransferEncoding;
    }
    into.body = BodyKind::chunked;
  } else if (framing.lengths > 0) {
    if (framing.lengths > 1 || !framing.length) return HeadFault::badContentLength;
    into.body = BodyKind::length;
    into.contentLength = *framing.length;
  }
  return HeadFault::none;
}

// `HTTP/1.x`; `malformed` if it does not even look like a version.
HeadFault parseVersion(std::string_view version, HeadFault malformed, int& minor) noexcept {
  const auto digit = [version](std::size_t at) { return version[at] >= '0' && version[at] <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(5) || version[6] != '.' ||
      !digit(7)) {
    return malformed;
  }
  minor = version[7] - '0';
  return version[5] == '1' && minor <= 1 ? HeadFault::none : HeadFault::badVersion;
}

// Takes scheme and authority off an absolute target. False if it is not one of http or https.
bool takeAuthority(std::string_view& target, std::string_view& authority) noexcept {
  const auto colon = target.find("://");
  if (colon == target.npos) return false;
  const auto scheme = target.substr(0, colon);
  if (!text::equalsIgnoringCase(scheme, "http") && !text::equalsIgnoringCase(scheme, "https")) {
    return false;
  }
  target.remove_prefix(colon + 3);
  const auto end = std::min(target.find_first_of("/?"), target.size());
  authority = target.substr(0, end);
  target.remove_prefix(end);
  return isAuthority(authority);
}

HeadFault parseTarget(RequestHead& into, std::string_view& authority) noexcept {
  std::string_view target = into.target;
  if (target.empty() || !allIn(target, targetChar)) return HeadFault::badTarget;
  if (target == "*") {
    into.path = target;
    return into.method == "OPTIONS" ? HeadFault::none : HeadFault::badTarget;
  }
  if (target.front() != '/' && !takeAuthority(target, authority)) return HeadFault::badTarget;
  const auto mark = target.find('?');
  into.path = target.substr(0, mark);
  if (mark != target.npos) into.query = target.substr(mark + 1);
  if (into.path.empty()) into.path = "/";
  return HeadFault::none;
}

HeadFault parseRequestLine(std::string_view line, RequestHead& into,
                           std::string_view& authority) noexcept {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == line.npos || first == last) return HeadFault::badRequestLine;
  into.method = line.substr(0, first);
  into.target = line.substr(first + 1, last - first - 1);
  if (!isToken(into.method)) return HeadFault::badRequestLine;
  const HeadFault fault =
      parseVersion(line.substr(last + 1), HeadFault::badRequestLine, into.minorVersion);
  return fault != HeadFault::none ? fault : parseTarget(into, authority);
}

HeadFault parseStatusLine(std::string_view line, ResponseHead& into) noexcept {
  const HeadFault fault =
      parseVersion(line.substr(0, 8), HeadFault::badStatusLine, into.minorVersion);
  if (fault != HeadFault::none) return fault;
  line.remove_prefix(8);
  if (line.size() < 4 || line[0] != ' ' || (line.size() > 4 && line[4] != ' ')) {
    return HeadFault::badStatusLine;
  }
  const auto status = text::parseUnsigned(line.substr(1, 3));
  if (!status || *status < 100 || *status > 599) return HeadFault::badStatusLine;
  into.status = static_cast<int>(*status);
  return HeadFault::none;
}

HeadFault applyHost(const Framing& framing, std::string_view authority,
                    RequestHead& into) noexcept {
  if (framing.hosts > 1) return HeadFault::severalHosts;
  if (framing.hosts == 0 && into.minorVersion > 0) return HeadFault::missingHost;
  if (framing.hosts == 1 && !isAuthority(framing.host)) return HeadFault::badHost;
  into.host = authority.empty() ? framing.host : authority;
  return HeadFault::none;
}

}  // namespace

HeadFinder::Found HeadFinder::look(std::string_view buffer) noexcept {
  constexpr std::size_t step = 128;
  if (size_ > 0) return Found::whole;
  if (fault_ != HeadFault::none) return Found::fault;
  const auto head = buffer.substr(0, limit_);
  fault_ = checkFirstBytes(head, seen_);
  while (fault_ == HeadFault::none && seen_ < head.size()) {
    std::size_t to = std::min(seen_ + step, head.size());
    std::uint8_t news = findNews(head, seen_, to);
    const bool whole = (news & blankLine) != 0;
    if (whole) {
      to = head.find('\n', seen_) + 1;
      while (head[to - 3] != '\n') to = head.find('\n', to) + 1;
      news = findNews(head, seen_, to);  // what is behind the head does not count
    }
    if ((news & byteFault) != 0) fault_ = firstByteFault(head.substr(0, to), seen_);
    seen_ = to;
    if (whole && fault_ == HeadFault::none) {
      size_ = to;
      return Found::whole;
    }
  }
  if (fault_ == HeadFault::none && head.size() == limit_) fault_ = HeadFault::tooLarge;
  return fault_ == HeadFault::none ? Found::more : Found::fault;
}

HeadFault parseRequest(std::string_view head, RequestHead& into) {
  into.query = into.path = into.host = {};
  into.fields.clear();
  into.body = BodyKind::none;
  into.contentLength = 0;
  HeadFault fault = checkWhole(head);
  if (fault != HeadFault::none) return fault;
  if (head.starts_with(crlf)) head.remove_prefix(crlf.size());
  std::string_view authority;
  fault = parseRequestLine(takeLine(head), into, authority);
  if (fault != HeadFault::none) return fault;
  Framing framing;
  fault = parseFields(head, into.fields, framing);
  if (fault == HeadFault::none) fault = applyHost(framing, authority, into);
  if (fault == HeadFault::none) fault = applyFraming(framing, into);
  if (fault != HeadFault::none) return fault;
  // HTTP/1.0 knows no expectations; with no body there is nothing to continue.
  if (framing.otherExpectation && into.minorVersion > 0) return HeadFault::unsupportedExpectation;
  const bool bodyFollows = into.body == BodyKind::chunked || into.contentLength > 0;
  into.expectContinue = framing.continueAsked && into.minorVersion > 0 && bodyFollows;
  return HeadFault::none;
}

HeadFault parseResponse(std::string_view head, bool toHeadRequest, ResponseHead& into) {
  into.fields.clear();
  into.body = BodyKind::untilClose;
  into.contentLength = 0;
  HeadFault fault = checkWhole(head);
  if (fault != HeadFault::none) return fault;
  fault = parseStatusLine(takeLine(head), into);
  if (fault != HeadFault::none) return fault;
  Framing framing;
  fault = parseFields(head, into.fields, framing);
  if (fault == HeadFault::none) fault = applyFraming(framing, into);
  if (fault != HeadFault::none) return fault;
  if (toHeadRequest || into.status < 200 || into.status == 204 || into.status == 304) {
    into.body = BodyKind::none;
    into.contentLength = 0;
  }
  if (into.body == BodyKind::untilClose) into.keepAlive = false;
  return HeadFault::none;
}

std::string_view Fields::get(std::string_view name) const noexcept {
  for (const Field& field : fields_) {
    if (text::equalsIgnoringCase(field.name, name)) return field.value;
  }
  return {};
}

bool Fields::listHas(std::string_view name, std::string_view token) const noexcept {
  bool found = false;
  for (const Field& field : fields_) {
    if (!text::equalsIgnoringCase(field.name, name)) continue;
    forEachElement(field.value, [token, &found](std::string_view element) {
      found = found || text::equalsIgnoringCase(element, token);
    });
  }
  return found;
}

std::string_view describe(HeadFault fault) noexcept {
  switch (fault) {
    case HeadFault::none: return "The head is well-formed.";
    case HeadFault::tooLarge: return "The head is larger than allowed.";
    case HeadFault::bareLineFeed: return "A line of the head does not end in CR LF.";
    case HeadFault::controlByte: return "The head holds a control byte.";
    case HeadFault::badRequestLine: return "The request line is malformed.";
    case HeadFault::badStatusLine: return "The status line is malformed.";
    case HeadFault::badVersion: return "The HTTP version is neither 1.0 nor 1.1.";
    case HeadFault::badTarget: return "The request target is malformed.";
    case HeadFault::badFieldName: return "The name of a header field is malformed.";
    case HeadFault::missingColon: return "A header line has no colon.";
    case HeadFault::foldedLine: return "A header line begins with a blank.";
    case HeadFault::missingHost: return "The Host header is missing.";
    case HeadFault::severalHosts: return "There is more than one Host header.";
    case HeadFault::badHost: return "The Host header is malformed.";
    case HeadFault::badContentLength: return "The Content-Length is malformed or repeated.";
    case HeadFault::lengthAndChunked:
      return "Content-Length and Transfer-Encoding must not be used together.";
    case HeadFault::badTransferEncoding: return "The only Transfer-Encoding allowed is chunked.";
    case HeadFault::tooManyFields: return "There are too many header fields.";
    case HeadFault::unsupportedExpectation: return "The only Expect allowed is 100-continue.";
  }
  return "The head is malformed.";
}

}  // namespace sluice::wire
