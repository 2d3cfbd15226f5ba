#include "http/gate.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "wire/write.hpp"

namespace sluice::http {

namespace {

Answer notFound(const wire::RequestHead& head) {
  std::string message = "There is nothing at ";
  message += head.path;
  message += '.';
  return errorAnswer(404, "not_found", message);
}

Answer methodNotAllowed(const wire::RequestHead& head, const std::string& methods) {
  std::string message(head.method);
  message += " is not allowed at ";
  message += head.path;
  message += "; allowed are: " + methods + '.';
  std::string fields;
  wire::appendField(fields, "Allow", methods);
  return errorAnswer(405, "method_not_allowed", message, std::move(fields));
}

Answer optionsAnswer(const wire::RequestHead& head, const std::string& methods) {
  if (isPreflight(head)) return preflightAnswer(head, methods);
  Answer answer{204, {}, {}};
  wire::appendField(answer.fields, "Allow", methods);
  return answer;
}

bool isJson(std::string_view contentType) noexcept {
  const std::string_view type = text::trim(contentType.substr(0, contentType.find(';')));
  return text::equalsIgnoringCase(type, kJson);
}

Answer checkType(const wire::Fields& fields) {
  const std::string_view type = fields.get("content-type");
  if (type.data() != nullptr && !isJson(type)) {
    std::string message = "The body must be JSON: send 'Content-Type: application/json', not '";
    message += type;
    message += "'.";
    return errorAnswer(415, "unsupported_media_type", message);
  }
  const std::string_view coding = fields.get("content-encoding");
  if (coding.data() != nullptr && !text::equalsIgnoringCase(coding, "identity")) {
    std::string message = "The body must be sent as it is, without 'Content-Encoding: ";
    message += coding;
    message += "'.";
    return errorAnswer(415, "unsupported_content_encoding", message);
  }
  return {};
}

Answer checkBody(const wire::RequestHead& head, const Route& route, const Settings& settings) {
  if (route.json) {
    Answer refused = checkType(head.fields);
    if (refused) return refused;
  }
  const std::size_t limit = settings.limits.maxBodyBytes;
  if (head.contentLength > limit) return tooLargeAnswer(limit);
  return {};
}

// What depends on neither route nor key. Fills in corsOrigin.
Answer checkSender(const wire::RequestHead& head, const Settings& settings, bool tls,
                   std::string_view& corsOrigin) {
  if (auto refused = settings.browsers.refuseHost(head.host)) return std::move(*refused);
  const std::string_view origin = head.fields.get("origin");
  switch (settings.browsers.judge(head, tls)) {
    case BrowserRules::Origin::refused: return refusedOrigin(origin);
    case BrowserRules::Origin::allowed: corsOrigin = origin; break;
    case BrowserRules::Origin::none:
    case BrowserRules::Origin::same: break;
  }
  if (!isWellEscaped(head.path)) {
    return errorAnswer(400, "malformed_path", "An escape (%..) in the path is malformed.");
  }
  return {};
}

}  // namespace

Answer tooLargeAnswer(std::size_t limit) {
  std::string message = "The body is larger than the limit of ";
  json::appendNumber(message, std::uint64_t{limit});
  message += " bytes (server.max_body_bytes).";
  return errorAnswer(413, "request_too_large", message);
}

Decision decide(const wire::RequestHead& head, const Router& router, const Settings& settings,
                Circumstances circumstances) {
  Decision decision;
  decision.answer = checkSender(head, settings, circumstances.tls, decision.corsOrigin);
  const Route* route = nullptr;
  if (!decision.answer) route = router.find(head.method, head.path, decision.rest);
  decision.restate = route != nullptr ? route->restate : router.restateAt(head.path);
  if (decision.answer) return decision;
  if (circumstances.draining && (route == nullptr || !route->whileDraining)) {
    decision.answer = unavailableAnswer("shutting_down",
                                        "The server is shutting down and takes no new requests.");
  } else if (route == nullptr) {
    const std::string methods = router.methods(head.path);
    if (methods.empty()) decision.answer = notFound(head);
    else if (head.method == "OPTIONS") decision.answer = optionsAnswer(head, methods);
    else decision.answer = methodNotAllowed(head, methods);
  } else if (auto refused = settings.access.refusal(route->needs, head)) {
    decision.answer = std::move(*refused);
  } else {
    decision.answer = checkBody(head, *route, settings);
    if (!decision.answer) decision.route = route;
  }
  return decision;
}

}  // namespace sluice::http
