#include "calls/judge.hpp"

#include <gtest/gtest.h>

namespace sluice::calls {
namespace {

using namespace std::chrono_literals;
using plugins::Reason;
using upstream::Failure;

constexpr auto kWaitAtMost = 3000ms;

Mishap status(int code, Reason reason = Reason::none) {
  Mishap made;
  made.kind = MishapKind::refusedByStatus;
  made.status = code;
  made.fault.reason = reason;
  made.fault.message = "as told";
  return made;
}

Mishap transport(Failure failure) {
  Mishap made;
  made.failure = failure;
  return made;
}

Judgement judged(const Mishap& mishap) { return judge(mishap, kWaitAtMost); }

TEST(Judge, aConnectionThatBreaksIsTriedOnceMoreOnItsLane) {
  for (const Failure failure : {Failure::refused, Failure::reset, Failure::truncated,
                                Failure::badBody, Failure::badHead, Failure::proxyFailed}) {
    const Judgement made = judged(transport(failure));
    EXPECT_EQ(Next::sameLane, made.next) << upstream::describe(failure);
    EXPECT_EQ(502, made.problem.status);
    EXPECT_TRUE(made.harms);
  }
}

TEST(Judge, silenceIsNeverTriedAgainOnItsLane) {
  Mishap silent;
  silent.kind = MishapKind::silent;
  EXPECT_EQ(Next::nextTarget, judged(silent).next);
  EXPECT_EQ(504, judged(silent).problem.status);
  for (const Failure failure : {Failure::connectTimeout, Failure::firstByteTimeout}) {
    EXPECT_EQ(Next::nextTarget, judged(transport(failure)).next);
    EXPECT_EQ(504, judged(transport(failure)).problem.status);
  }
}

TEST(Judge, whatAReloadTookOutIsTriedWithWhatTookItsPlaceAndHarmsNobody) {
  Mishap removed;
  removed.kind = MishapKind::removed;
  removed.detail = "taken out";
  const Judgement made = judged(removed);
  EXPECT_EQ(Next::sameLane, made.next);
  EXPECT_FALSE(made.harms);
  EXPECT_EQ(503, made.problem.status);
  EXPECT_EQ("plugin_removed", made.problem.code);
}

TEST(Judge, aWrongCertificateWouldComeAgain) {
  EXPECT_EQ(Next::nextTarget, judged(transport(Failure::tlsFailed)).next);
}

TEST(Judge, theUpstreamsTroubleIsTriedOnceMore) {
  for (const int code : {408, 409, 425, 500, 502, 503, 504, 529}) {
    EXPECT_EQ(Next::sameLane, judged(status(code)).next) << code;
    EXPECT_EQ(502, judged(status(code)).problem.status) << code;
  }
}

TEST(Judge, theClientsFaultGoesToTheClientAndHarmsNobody) {
  for (const int code : {400, 404, 413, 422}) {
    Mishap mishap = status(code);
    mishap.fault.type = "some_type";
    mishap.fault.symbol = "some_code";
    mishap.fault.param = "some_param";
    const Judgement made = judged(mishap);
    EXPECT_EQ(Next::toClient, made.next) << code;
    EXPECT_FALSE(made.harms);
    EXPECT_EQ(code, made.problem.status);
    EXPECT_EQ("some_type", made.problem.type);
    EXPECT_EQ("some_code", made.problem.code);
    EXPECT_EQ("some_param", made.problem.param);
    EXPECT_EQ("as told", made.problem.message);
  }
  EXPECT_EQ(Next::toClient, judged(status(400, Reason::contentFilter)).next);
}

TEST(Judge, aShortRetryAfterIsWaitedForALongOneIsNot) {
  Mishap mishap = status(429);
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
  EXPECT_EQ(0ms, judged(mishap).hold);
  mishap.retryAfter = 2s;
  EXPECT_EQ(Next::wait, judged(mishap).next);
  EXPECT_EQ(2000ms, judged(mishap).hold);
  mishap.retryAfter = 20s;
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
  EXPECT_EQ(20'000ms, judged(mishap).hold);
  EXPECT_EQ(20'000ms, judged(mishap).problem.retryAfter);
  EXPECT_FALSE(judged(mishap).harms);
}

TEST(Judge, aBusyUpstreamThatNamesATimeIsHeldLikeALimit) {
  Mishap mishap = status(503);
  mishap.retryAfter = 20s;
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
  EXPECT_EQ(20'000ms, judged(mishap).hold);
  EXPECT_EQ(503, judged(mishap).problem.status);
}

TEST(Judge, aBusyUpstreamIsNoLimitOfTheClient) {
  for (const int code : {500, 503, 529}) {
    Mishap mishap = status(code, plugins::Reason::overloaded);
    mishap.retryAfter = 20s;
    const Judgement made = judged(mishap);
    EXPECT_EQ(20'000ms, made.hold) << code;
    EXPECT_EQ(503, made.problem.status) << code;
    EXPECT_EQ("upstream_overloaded", made.problem.code) << code;
    EXPECT_EQ("upstream_error", made.problem.type) << code;
    EXPECT_TRUE(made.problem.overloaded) << code;
  }
}

TEST(Judge, anAbsurdRetryAfterIsCappedAtAnHour) {
  Mishap mishap = status(429);
  mishap.retryAfter = std::chrono::hours(10'000);
  EXPECT_EQ(std::chrono::milliseconds(1h), judged(mishap).hold);
}

TEST(Judge, aRefusedKeyIsBenched) {
  for (const Mishap& mishap : {status(401), status(403), status(400, Reason::key)}) {
    const Judgement made = judged(mishap);
    EXPECT_EQ(Next::nextLane, made.next);
    EXPECT_TRUE(made.benchKey);
    EXPECT_EQ(502, made.problem.status) << "the client's own key is not at fault";
  }
}

TEST(Judge, aSpentQuotaBenchesTheKeyEvenAs429) {
  Mishap mishap = status(429, Reason::quota);
  mishap.retryAfter = 1s;
  EXPECT_TRUE(judged(mishap).benchKey);
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
}

TEST(Judge, tooLongForOneModelMayFitALargerOne) {
  const Judgement made = judged(status(400, Reason::contextLength));
  EXPECT_EQ(Next::nextTarget, made.next);
  EXPECT_TRUE(made.onlyLarger);
  EXPECT_FALSE(made.harms);
  EXPECT_EQ("context_length_exceeded", made.problem.code);
}

TEST(Judge, whatOneProviderCannotExpressAnotherMay) {
  Mishap mishap;
  mishap.kind = MishapKind::unsupported;
  mishap.fault.code = plugins::Code::invalidArgument;
  mishap.fault.symbol = "unsupported_parameter";
  mishap.fault.param = "seed";
  mishap.fault.message = "no seed";
  const Judgement made = judged(mishap);
  EXPECT_EQ(Next::nextTarget, made.next);
  EXPECT_FALSE(made.harms);
  EXPECT_TRUE(made.clientsFault);
  EXPECT_EQ(400, made.problem.status);
  EXPECT_EQ("invalid_request_error", made.problem.type);
  EXPECT_EQ("unsupported_parameter", made.problem.code);
  EXPECT_EQ("seed", made.problem.param);
}

TEST(Judge, anOperationThatIsNotServedHarmsNobody) {
  Mishap mishap;
  mishap.kind = MishapKind::plugin;
  mishap.fault.code = plugins::Code::unimplemented;
  mishap.fault.message = "does not count";
  const Judgement made = judged(mishap);
  EXPECT_EQ(Next::nextTarget, made.next);
  EXPECT_FALSE(made.harms);
  EXPECT_TRUE(made.clientsFault);
  EXPECT_EQ(501, made.problem.status);
  EXPECT_EQ("unsupported_operation", made.problem.code);
}

TEST(Judge, aRefusalThatAnotherTryMayMendIsTriedAgainAndHarmsNobody) {
  Mishap mishap = status(400);
  mishap.fault.retryable = true;
  mishap.fault.symbol = "tool_use_failed";
  const Judgement made = judged(mishap);
  EXPECT_EQ(Next::sameLane, made.next);
  EXPECT_FALSE(made.harms);
  EXPECT_TRUE(made.clientsFault);  // if nobody does better, it is told as it came
  EXPECT_EQ(400, made.problem.status);
  EXPECT_EQ("tool_use_failed", made.problem.code);
}

TEST(Judge, aRedirectIsNotFollowed) { EXPECT_EQ(Next::nextTarget, judged(status(307)).next); }

TEST(Judge, anErrorInsideAnAnswerIsJudgedByWhatItMeans) {
  Mishap mishap;
  mishap.kind = MishapKind::badAnswer;
  EXPECT_EQ(Next::sameLane, judged(mishap).next);
  mishap.fault.reason = Reason::rateLimit;
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
  EXPECT_EQ(429, judged(mishap).problem.status);
}

// Its head said 200.
TEST(Judge, anErrorInsideAnAnswerHasTheStatusThatItTells) {
  Mishap mishap;
  mishap.kind = MishapKind::badAnswer;
  mishap.fault.httpStatus = 503;
  mishap.fault.reason = Reason::overloaded;
  EXPECT_TRUE(judged(mishap).problem.overloaded);
  EXPECT_EQ(502, judged(mishap).problem.status);
  mishap.fault.httpStatus = 403;
  mishap.fault.reason = Reason::contentFilter;
  EXPECT_EQ(403, judged(mishap).problem.status);
}

TEST(Judge, aPluginThatRefusesTheRequestSpeaksToTheClient) {
  Mishap mishap;
  mishap.kind = MishapKind::plugin;
  mishap.fault.code = plugins::Code::invalidArgument;
  EXPECT_EQ(Next::toClient, judged(mishap).next);
  EXPECT_EQ(400, judged(mishap).problem.status);
  mishap.fault.retryable = true;  // another provider may take it
  EXPECT_EQ(Next::nextTarget, judged(mishap).next);
  EXPECT_FALSE(judged(mishap).harms);
  EXPECT_TRUE(judged(mishap).clientsFault);
  mishap.fault.retryable = false;
  mishap.fault.code = plugins::Code::internal;
  EXPECT_EQ(Next::nextTarget, judged(mishap).next);
  mishap.fault.reason = Reason::modelNotFound;
  EXPECT_EQ(404, judged(mishap).problem.status);
}

TEST(Judge, aRequestThatCouldNotBeSigned) {
  Mishap mishap;
  mishap.kind = MishapKind::signing;
  mishap.fault.code = plugins::Code::internal;
  mishap.fault.message = "aws.sigv4 needs \"region\"";
  EXPECT_EQ(Next::nextTarget, judged(mishap).next);  // what the plugin asked for cannot be
  EXPECT_EQ(502, judged(mishap).problem.status);
  EXPECT_EQ(mishap.fault.message, judged(mishap).problem.message);
  mishap.fault.reason = Reason::key;  // refused by the token server
  EXPECT_EQ(Next::nextLane, judged(mishap).next);
  EXPECT_TRUE(judged(mishap).benchKey);
  EXPECT_EQ("upstream_key_rejected", judged(mishap).problem.code);
  mishap.fault.reason = Reason::none;  // the token server is in trouble
  mishap.fault.code = plugins::Code::unavailable;
  mishap.fault.retryable = true;
  EXPECT_EQ(Next::sameLane, judged(mishap).next);
  EXPECT_FALSE(judged(mishap).benchKey);
}

struct RetryAfterCase {
  const char* name;
  const char* value;
  std::optional<std::chrono::milliseconds> expected;
};

TEST(RetryAfter, isReadInEachOfItsForms) {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // 06 Nov 1994 08:49:37
  for (const RetryAfterCase& one : {RetryAfterCase{"Retry-After", "7", 7s},
                                    {"retry-after", "1.5", 1s},
                                    {"retry-after-ms", "250", 250ms},
                                    {"Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT", 10s},
                                    {"Retry-After", "Sun, 06 Nov 1994 08:49:00 GMT", 0s},
                                    {"Retry-After", "-3", std::nullopt},
                                    {"Retry-After", "soon", std::nullopt},
                                    {"Retry-After", "99999999999", 1h},
                                    {"x-other", "3", std::nullopt}}) {
    wire::Fields fields;
    fields.add({one.name, one.value});
    EXPECT_EQ(one.expected, retryAfterOf(fields, now)) << one.name << ": " << one.value;
  }
}

TEST(RetryAfter, millisecondsAreFinerAndWin) {
  wire::Fields fields;
  fields.add({"Retry-After", "2"});
  fields.add({"retry-after-ms", "1200"});
  EXPECT_EQ(1200ms, retryAfterOf(fields, {}));
}

}  // namespace
}  // namespace sluice::calls
