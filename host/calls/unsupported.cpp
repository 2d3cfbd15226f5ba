#include "calls/unsupported.hpp"

#include <algorithm>

namespace sluice::calls {

namespace {

constexpr std::size_t kMost = 1000;  // bytes of a header's value
constexpr std::string_view kMore = ", ...";

// A name may hold what a client wrote; in a list it must not look like two, nor end the line.
char shown(char c) { return c > ' ' && c < '\x7f' && c != ',' ? c : '_'; }

}  // namespace

std::optional<plugins::Fault> faultOfDropped(const std::vector<plugins::Dropped>& dropped,
                                             config::Unsupported rule) {
  if (rule == config::Unsupported::drop) return std::nullopt;
  const bool any = rule == config::Unsupported::refuse;
  const auto found = std::ranges::find_if(
      dropped, [any](const plugins::Dropped& one) { return any || one.meaning; });
  if (found == dropped.end()) return std::nullopt;
  plugins::Fault fault;
  fault.code = plugins::Code::invalidArgument;
  fault.message = "'" + found->field + "' cannot be expressed at the provider of this model";
  fault.symbol = "unsupported_parameter";
  fault.param = found->field;
  return fault;
}

void nameForClient(const Inquiry& inquiry, std::vector<plugins::Dropped>& dropped) {
  for (plugins::Dropped& one : dropped) one.field = inquiry.nameOf(one.field);
}

void nameForClient(const Inquiry& inquiry, plugins::Fault& fault) {
  if (fault.param.empty()) return;
  std::string name = inquiry.nameOf(fault.param);
  const std::size_t at = fault.message.find(fault.param);
  if (at != std::string::npos) fault.message.replace(at, fault.param.size(), name);
  fault.param = std::move(name);
}

void appendDropped(std::string& fields, const std::vector<plugins::Dropped>& dropped) {
  if (dropped.empty()) return;
  fields += "x-sluice-dropped: ";
  const std::size_t begin = fields.size();
  for (const plugins::Dropped& one : dropped) {
    const std::size_t used = fields.size() - begin;
    if (used + one.field.size() + 2 + kMore.size() > kMost) {
      fields += used == 0 ? kMore.substr(2) : kMore;
      break;
    }
    if (used > 0) fields += ", ";
    std::ranges::transform(one.field, std::back_inserter(fields), shown);
  }
  fields += "\r\n";
}

}  // namespace sluice::calls
