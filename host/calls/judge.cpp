#include "calls/judge.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/text.hpp"

namespace sluice::calls {

namespace {

using plugins::Reason;
using std::chrono::milliseconds;
using upstream::Failure;

constexpr milliseconds kLongestHold = std::chrono::hours(1);

Problem problem(int status, const char* type, const char* code, std::string message) {
  Problem made;
  made.status = status;
  made.type = type;
  made.code = code;
  made.message = std::move(message);
  return made;
}

Judgement transport(const Mishap& mishap) {
  Judgement made;
  std::string text(upstream::describe(mishap.failure));
  if (!mishap.detail.empty()) {
    if (text.ends_with('.')) text.pop_back();
    text += ": " + mishap.detail;
  }
  switch (mishap.failure) {
    case Failure::connectTimeout:
    case Failure::firstByteTimeout:
    case Failure::timeout:
      made.next = Next::nextTarget;
      made.problem = problem(504, "upstream_error", "upstream_timeout", std::move(text));
      return made;
    case Failure::tlsFailed:  // the same certificate would come again
    case Failure::unresolved:
    case Failure::overloaded:
      made.next = Next::nextTarget;
      made.harms = mishap.failure != Failure::overloaded;
      break;
    default: made.next = Next::sameLane; break;
  }
  const bool reached = mishap.failure == Failure::truncated || mishap.failure == Failure::badBody ||
                       mishap.failure == Failure::badHead;
  made.problem =
      problem(502, "upstream_error", reached ? "upstream_broken_answer" : "upstream_unreachable",
              std::move(text));
  return made;
}

std::string said(const Mishap& mishap) {
  std::string text;
  if (mishap.status != 0) text = std::to_string(mishap.status);
  const std::string& message = mishap.fault.message.empty() ? mishap.detail : mishap.fault.message;
  if (!text.empty() && !message.empty()) text += ": ";
  return text + message;
}

// The upstream's, of its head or, where that was good, of the error in its answer; 0: none.
int statusOf(const Mishap& mishap) {
  return mishap.status != 0 ? mishap.status : mishap.fault.httpStatus;
}

// The client's own fault: told as the upstream told it.
Judgement clientsFault(const Mishap& mishap) {
  Judgement made;
  const int status = statusOf(mishap);
  made.next = Next::toClient;
  made.harms = false;
  made.clientsFault = true;
  made.problem = problem(status >= 400 && status < 500 ? status : 400, "invalid_request_error", "",
                         mishap.fault.message);
  if (!mishap.fault.type.empty()) made.problem.type = mishap.fault.type;
  made.problem.code = mishap.fault.symbol;
  made.problem.param = mishap.fault.param;
  if (made.problem.message.empty()) made.problem.message = "the upstream refused the request";
  return made;
}

// The lane is left alone for as long as the upstream says.
Judgement held(const Mishap& mishap, milliseconds waitAtMost, Problem problem) {
  Judgement made;
  made.harms = false;
  made.next = Next::nextLane;
  made.problem = std::move(problem);
  made.problem.retryAfter = std::chrono::seconds(1);
  if (!mishap.retryAfter) return made;
  made.hold = std::clamp(*mishap.retryAfter, milliseconds(0), kLongestHold);
  made.problem.retryAfter = std::max(made.hold, milliseconds(1));
  if (made.hold <= waitAtMost) made.next = Next::wait;
  return made;
}

Judgement rateLimited(const Mishap& mishap, milliseconds waitAtMost) {
  return held(mishap, waitAtMost,
              problem(429, "rate_limit_error", "rate_limit_exceeded", said(mishap)));
}

Judgement keyRefused(const Mishap& mishap, bool spent) {
  Judgement made;
  made.next = Next::nextLane;
  made.benchKey = true;
  made.problem = spent ? problem(503, "upstream_error", "upstream_quota_exhausted", said(mishap))
                       : problem(502, "upstream_error", "upstream_key_rejected", said(mishap));
  if (spent) made.problem.retryAfter = kBench;
  return made;
}

Judgement upstreamsFault(const Mishap& mishap) {
  Judgement made;
  const int status = statusOf(mishap);
  made.next = Next::sameLane;
  made.problem = problem(502, "upstream_error", "upstream_error", said(mishap));
  made.problem.overloaded =
      status == 503 || status == 529 || mishap.fault.type == "overloaded_error";
  return made;
}

// With a wait it is no fault of the lane, and no limit of ours either.
Judgement overloaded(const Mishap& mishap, milliseconds waitAtMost) {
  if (!mishap.retryAfter) return upstreamsFault(mishap);
  Problem told = problem(503, "upstream_error", "upstream_overloaded", said(mishap));
  told.overloaded = true;
  return held(mishap, waitAtMost, std::move(told));
}

std::optional<Judgement> byReason(const Mishap& mishap, milliseconds waitAtMost) {
  switch (mishap.fault.reason) {
    case Reason::quota: return keyRefused(mishap, true);
    case Reason::key: return keyRefused(mishap, false);
    case Reason::rateLimit: return rateLimited(mishap, waitAtMost);
    case Reason::contextLength: {
      Judgement made = clientsFault(mishap);
      made.next = Next::nextTarget;
      made.onlyLarger = true;
      if (made.problem.code.empty()) made.problem.code = "context_length_exceeded";
      return made;
    }
    case Reason::contentFilter:
    case Reason::badRequest: return clientsFault(mishap);
    case Reason::modelNotFound:
      if (mishap.status < 500) {
        Judgement made = clientsFault(mishap);
        made.problem.status = 404;
        if (made.problem.code.empty()) made.problem.code = "model_not_found";
        return made;
      }
      return std::nullopt;
    case Reason::overloaded: return overloaded(mishap, waitAtMost);
    case Reason::none: break;
  }
  return std::nullopt;
}

Judgement byStatus(const Mishap& mishap, milliseconds waitAtMost) {
  switch (mishap.status) {
    case 401:
    case 403: return keyRefused(mishap, false);
    case 402: return keyRefused(mishap, true);
    case 429: return rateLimited(mishap, waitAtMost);
    case 408:
    case 409:
    case 425: return upstreamsFault(mishap);
    default: break;
  }
  if (mishap.status == 503) return overloaded(mishap, waitAtMost);
  if (mishap.status >= 400 && mishap.status < 500) {
    Judgement made = clientsFault(mishap);
    if (mishap.fault.retryable) made.next = Next::sameLane;  // the model's: it may do better
    return made;
  }
  Judgement made = upstreamsFault(mishap);
  if (mishap.status < 500) made.next = Next::nextTarget;  // a redirect: nobody to follow it for
  return made;
}

Judgement byCode(const Mishap& mishap) {
  using plugins::Code;
  switch (mishap.fault.code) {
    case Code::invalidArgument:
    case Code::notFound:
    case Code::failedPrecondition: {
      Judgement made = clientsFault(mishap);
      if (mishap.fault.retryable) made.next = Next::nextTarget;  // this one cannot, another may
      return made;
    }
    case Code::unimplemented: {
      Judgement made = clientsFault(mishap);
      made.next = Next::nextTarget;
      made.problem.status = 501;
      made.problem.gaveUp = true;
      if (made.problem.code.empty()) made.problem.code = "unsupported_operation";
      return made;
    }
    case Code::unauthenticated:
    case Code::permissionDenied: return keyRefused(mishap, false);
    default: break;
  }
  Judgement made = upstreamsFault(mishap);
  if (!mishap.fault.retryable) made.next = Next::nextTarget;
  return made;
}

}  // namespace

Judgement judge(const Mishap& mishap, milliseconds waitAtMost) {
  switch (mishap.kind) {
    case MishapKind::transport: return transport(mishap);
    case MishapKind::silent: {
      Judgement made;
      made.next = Next::nextTarget;
      made.problem = problem(504, "upstream_error", "upstream_timeout", mishap.detail);
      return made;
    }
    case MishapKind::refusedByStatus:
      if (auto made = byReason(mishap, waitAtMost)) return *made;
      return byStatus(mishap, waitAtMost);
    case MishapKind::badAnswer: {
      if (auto made = byReason(mishap, waitAtMost)) return *made;
      Judgement made = upstreamsFault(mishap);
      if (mishap.fault.symbol.empty()) made.problem.code = "upstream_broken_answer";
      return made;
    }
    case MishapKind::unsupported: {
      Judgement made = clientsFault(mishap);
      made.next = Next::nextTarget;
      return made;
    }
    case MishapKind::removed: {
      Judgement made;
      made.next = Next::sameLane;  // of what is configured now
      made.harms = false;
      made.problem = problem(503, "upstream_error", "plugin_removed", mishap.detail);
      made.problem.retryAfter = std::chrono::seconds(1);
      return made;
    }
    case MishapKind::plugin:
    case MishapKind::signing: break;
  }
  if (auto made = byReason(mishap, waitAtMost)) return *made;
  return byCode(mishap);
}

std::optional<milliseconds> retryAfterOf(const wire::Fields& fields,
                                         std::chrono::system_clock::time_point now) {
  if (const std::string_view ms = fields.get("retry-after-ms"); !ms.empty()) {
    const auto value = text::parseUnsigned(ms.substr(0, ms.find('.')));
    if (value) return milliseconds(std::min<std::uint64_t>(*value, kLongestHold.count()));
  }
  const std::string_view after = fields.get("retry-after");
  if (after.empty()) return std::nullopt;
  if (const auto seconds = text::parseUnsigned(after.substr(0, after.find('.')))) {
    const auto most = std::chrono::duration_cast<std::chrono::seconds>(kLongestHold).count();
    return std::chrono::seconds(
        std::min<std::uint64_t>(*seconds, static_cast<std::uint64_t>(most)));
  }
  std::tm parts{};
  const std::string date(after);  // strptime wants an end
  if (::strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return std::nullopt;
  const std::time_t wait = ::timegm(&parts) - std::chrono::system_clock::to_time_t(now);
  const auto most = std::chrono::duration_cast<std::chrono::seconds>(kLongestHold).count();
  return std::chrono::seconds(std::clamp<std::int64_t>(wait, 0, most));
}

}  // namespace sluice::calls
