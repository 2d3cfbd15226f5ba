#include "dialects/request_text.hpp"

#include <algorithm>

#include "base/json_fault.hpp"
#include "dialects/json_document.hpp"

namespace sluice::dialects {

namespace {

using calls::Problem;
namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

constexpr std::size_t kTopLevelMost =
    256;                                // members of a request; the largest API knows some forty
constexpr std::size_t kKeep = 1 << 20;  // bytes whose parser stays with its thread

bool checkNames(dom::object object, std::initializer_list<const char*> needed, Problem& problem) {
  std::vector<std::string_view> names;
  names.reserve(std::min(object.size(), kTopLevelMost + 1));
  for (const dom::key_value_pair member : object) {
    // Two readers could choose differently between two members of one name.
    if (std::find(names.begin(), names.end(), member.key) != names.end()) {
      problem = invalidRequest("'" + std::string(member.key) + "' stands twice in the body",
                               std::string(member.key));
      return false;
    }
    names.push_back(member.key);
    if (names.size() > kTopLevelMost) {
      problem = invalidRequest("the body has more than 256 members");
      return false;
    }
  }
  for (const char* const one : needed) {
    if (std::find(names.begin(), names.end(), one) != names.end()) continue;
    problem =
        invalidRequest("'" + std::string(one) + "' is missing", one, "missing_required_parameter");
    return false;
  }
  return true;
}

}  // namespace

Span spanOf(std::string_view piece, const std::string& body) {
  while (!piece.empty() && static_cast<unsigned char>(piece.back()) <= ' ') piece.remove_suffix(1);
  return {static_cast<std::size_t>(piece.data() - body.data()), piece.size()};
}

void appendEdited(std::string& out, std::string_view text, std::vector<Edit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const Edit& a, const Edit& b) { return a.place.at < b.place.at; });
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    out.append(text.substr(done, edit.place.at - done)).append(edit.text);
    done = edit.place.at + edit.place.size;
  }
  out.append(text.substr(done));
}

Problem invalidRequest(std::string message, std::string param, std::string code) {
  Problem made;
  made.status = 400;
  made.type = "invalid_request_error";
  made.code = std::move(code);
  made.param = std::move(param);
  made.message = std::move(message);
  return made;
}

bool parseRequest(std::string& body, std::initializer_list<const char*> needed, dom::object& object,
                  Problem& problem) {
  dom::element root;
  if (const auto error = parseJsonInPlace(body, root)) {
    std::string where = json::describeFault(body);
    if (where.empty()) where = simdjson::error_message(error);
    problem = invalidRequest("the body is not valid JSON: " + where, {}, "invalid_json");
    return false;
  }
  if (root.get(object) != simdjson::SUCCESS) {
    problem = invalidRequest("the body must be a JSON object", {}, "invalid_json");
    return false;
  }
  return checkNames(object, needed, problem);
}

simdjson::error_code locateIn(const std::string& body, ondemand::document& document) {
  static thread_local ondemand::parser locator;
  if (locator.capacity() > kKeep && body.size() < kKeep / 2) locator = ondemand::parser();
  return locator.iterate(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING)
      .get(document);
}

}  // namespace sluice::dialects
