// What holds for every head of HTTP/1.1, request or response.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "support.hpp"
#include "wire/chars.hpp"
#include "wire/head.hpp"

namespace sluice::fuzz {

struct Found {
  wire::HeadFinder::Found found = wire::HeadFinder::Found::more;
  std::size_t size = 0;
  wire::HeadFault fault = wire::HeadFault::none;
  bool operator==(const Found&) const = default;
};

// Shows the finder growing copies of the input, or all of it at once.
inline Found findHead(const Input& input, bool cut) {
  wire::HeadFinder finder(4096);
  Found out;
  std::size_t at = 0;
  do {
    at = cut ? input.nextCut(at) : input.bytes.size();
    const Exact shown(input.bytes.substr(0, at));
    out = {finder.look(shown.view()), finder.size(), finder.fault()};
    // Whatever was refused or found stays so.
    if (out.found != wire::HeadFinder::Found::more) break;
  } while (at < input.bytes.size());
  FUZZ_CHECK((out.fault != wire::HeadFault::none) == (out.found == wire::HeadFinder::Found::fault));
  FUZZ_CHECK((out.size != 0) == (out.found == wire::HeadFinder::Found::whole));
  return out;
}

// The head at the front of the input; empty if there is none. Checks that it does not depend on
// cuts and looks as a head must.
inline std::string_view checkFinder(const Input& input) {
  const Found whole = findHead(input, false);
  FUZZ_CHECK(whole == findHead(input, true));
  const auto head = input.bytes.substr(0, whole.size);
  if (head.empty()) return head;
  FUZZ_CHECK(head.find("\r\n\r\n") == head.size() - 4);
  for (std::size_t i = 0; i < head.size(); ++i) {
    const bool cr = head[i] == '\r';
    FUZZ_CHECK(!cr || head[i + 1] == '\n');
    FUZZ_CHECK(head[i] != '\n' || head[i - 1] == '\r');
    FUZZ_CHECK(cr || head[i] == '\n' || wire::isIn(head[i], wire::fieldChar));
  }
  return head;
}

// Checks the fields and says what they say of the body; `minor` is the message's version.
inline wire::BodyKind checkFields(const wire::Fields& fields, int minor) {
  int lengths = 0;
  int codings = 0;
  FUZZ_CHECK(fields.all().size() <= 256);
  for (const wire::Field& field : fields.all()) {
    FUZZ_CHECK(wire::isToken(field.name));
    FUZZ_CHECK(wire::isFieldValue(field.value));
    FUZZ_CHECK(field.value.empty() || (field.value.front() > ' ' || field.value.front() < 0));
    std::string name(field.name);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    FUZZ_CHECK(fields.get(name).data() != nullptr);
    if (name == "content-length") ++lengths;
    if (name == "transfer-encoding") ++codings;
  }
  FUZZ_CHECK(lengths + codings <= 1);
  FUZZ_CHECK(codings == 0 || minor == 1);
  if (codings > 0) return wire::BodyKind::chunked;
  return lengths > 0 ? wire::BodyKind::length : wire::BodyKind::none;
}

inline void appendFields(std::string& out, const wire::Fields& fields) {
  for (const wire::Field& field : fields.all()) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  out += "\r\n";
}

inline void checkSameFields(const wire::Fields& a, const wire::Fields& b) {
  FUZZ_CHECK(a.all().size() == b.all().size());
  for (std::size_t i = 0; i < a.all().size(); ++i) {
    FUZZ_CHECK(a.all()[i].name == b.all()[i].name);
    FUZZ_CHECK(a.all()[i].value == b.all()[i].value);
  }
}

}  // namespace sluice::fuzz
