// HTTP/1.1 message heads, strictly: what RFC 9110 and RFC 9112 allow and nothing that two readers
// could take in two ways. Both legs use it: requests of clients, answers of upstreams.
// Sans-I/O: works on bytes that lie in memory; views point into them.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::wire {

// Why a head is refused. One sentence each in describe().
enum class HeadFault : std::uint8_t {
  none,
  tooLarge,        // no end within the limit
  bareLineFeed,    // LF without CR, or CR without LF
  controlByte,     // NUL or another control byte
  badRequestLine,  // not METHOD SP target SP HTTP/1.x
  badStatusLine,   // not HTTP/1.x SP 3 digits SP reason
  badVersion,      // neither HTTP/1.0 nor HTTP/1.1
  badTarget,       // not origin form, absolute form of http(s), or `*` with OPTIONS
  badFieldName,    // empty, or not a token; includes a space before the colon
  missingColon,
  foldedLine,  // obs-fold
  missingHost,
  severalHosts,
  badHost,
  badContentLength,     // not plain digits, too large, or more than one
  lengthAndChunked,     // Content-Length beside Transfer-Encoding
  badTransferEncoding,  // anything but one single `chunked`; any at all in HTTP/1.0
  tooManyFields,
  unsupportedExpectation  // an Expect other than 100-continue
};
std::string_view describe(HeadFault fault) noexcept;

struct Field {
  std::string_view name;   // as it came; compare without case
  std::string_view value;  // without surrounding blanks
};

class Fields {
 public:
  // The first field of that name; empty view with data() == nullptr if there is none.
  std::string_view get(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept { return get(name).data() != nullptr; }
  // Whether the comma-separated list in any field of that name holds the token, without case.
  bool listHas(std::string_view name, std::string_view token) const noexcept;
  const std::vector<Field>& all() const noexcept { return fields_; }
  void add(Field field) { fields_.push_back(field); }
  void clear() noexcept { fields_.clear(); }

 private:
  std::vector<Field> fields_;
};

// How a message's body is delimited.
enum class BodyKind : std::uint8_t { none, length, chunked, untilClose };

struct RequestHead {
  std::string_view method;
  std::string_view target;  // as it came
  std::string_view path;    // of the target, without query
  std::string_view query;   // without `?`
  std::string_view host;    // of the Host field (or of an absolute target, which wins)
  int minorVersion = 1;
  Fields fields;
  BodyKind body = BodyKind::none;
  std::uint64_t contentLength = 0;  // with BodyKind::length; at most 2^63 - 1
  bool keepAlive = true;
  bool expectContinue = false;  // asked for, in HTTP/1.1, and a body follows
};

struct ResponseHead {
  int status = 0;
  int minorVersion = 1;
  Fields fields;
  // By the status and the request's method: 1xx, 204, 304 and answers to HEAD have none.
  BodyKind body = BodyKind::none;
  std::uint64_t contentLength = 0;
  bool keepAlive = true;
};

// Finds the end of a head in a buffer that grows, looking at each byte once.
class HeadFinder {
 public:
  explicit HeadFinder(std::size_t limit) noexcept : limit_(limit) {}

  enum class Found : std::uint8_t { more, whole, fault };
  // `buffer` begins with the head's first byte and holds all that was shown before. Refuses bare
  // line feeds, control bytes and sizes over the limit as early as they can be seen. One empty line
  // in front belongs to the head. What was found once stays found until restart().
  Found look(std::string_view buffer) noexcept;
  std::size_t size() const noexcept { return size_; }  // with whole: including the blank line
  HeadFault fault() const noexcept { return fault_; }  // with fault
  void restart() noexcept { *this = HeadFinder(limit_); }

 private:
  std::size_t limit_;
  std::size_t seen_ = 0;
  std::size_t size_ = 0;
  HeadFault fault_ = HeadFault::none;
};

// `head` is whole, with its blank line, and must live as long as the views in `into`, which is
// overwritten (its vectors' memory is reused) and of use only if there is no fault, but for a
// request's path and fields: they are those before the fault. A request may have one empty line in
// front.
HeadFault parseRequest(std::string_view head, RequestHead& into);
HeadFault parseResponse(std::string_view head, bool toHeadRequest, ResponseHead& into);

}  // namespace sluice::wire
