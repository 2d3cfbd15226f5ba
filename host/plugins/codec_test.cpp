#include <gtest/gtest.h>

#include "plugins/test_support.hpp"

using namespace sluice::plugins;
using namespace sluice::plugins::test;

namespace {

using namespace std::string_literals;

// The body that makes the test codec's encode() do these commands, each a list of words.
std::string script(const std::vector<std::vector<std::string>>& commands) {
  std::string text;
  for (const auto& command : commands) {
    if (!text.empty()) text += '\x1e';
    for (const auto& word : command) {
      if (&word != &command.front()) text += '\x1f';
      text += word;
    }
  }
  return text;
}

const std::vector<std::string> kStart = {"start", "POST", "/v1/chat"};

class Encode : public ::testing::Test {
 protected:
  std::optional<Fault> encode(const std::vector<std::vector<std::string>>& commands,
                              std::string_view key = "k-123") {
    body_ = script(commands);
    Request request;
    request.body = body_;
    return instance_->encode(request, key, encoded_);
  }
  // The message of the fault that it must give.
  std::string faultOf(const std::vector<std::vector<std::string>>& commands,
                      std::string_view key = "k-123") {
    const auto found = encode(commands, key);
    if (!found) return "no fault";
    const Fault fault = must(found);
    EXPECT_EQ(fault.code, Code::internal);
    EXPECT_FALSE(fault.retryable);
    return fault.message;
  }
  std::string faultOfHeader(const std::string& name, const std::string& value) {
    return faultOf({kStart, {"header", name, value}});
  }

  std::shared_ptr<const Instance> instance_ = makeInstance("codec", "codec");
  std::string body_;
  Encoded encoded_;
};

const std::string kWho = "it (org.example.codec): the plugin ";

TEST_F(Encode, BuildsTheRequest) {
  ASSERT_FALSE(encode({kStart,
                       {"header", "Content-Type", "application/json"},
                       {"secret", "Authorization", "Bearer ", "key"},
                       {"header", "X-Empty", ""},
                       {"body", "{\"a\":"},
                       {"body", "1}"},
                       {"framing", "1"}}));
  EXPECT_EQ(encoded_.method, "POST");
  EXPECT_EQ(encoded_.path, "/v1/chat");
  EXPECT_EQ(encoded_.fields,
            "Content-Type: application/json\r\nAuthorization: Bearer k-123\r\nX-Empty: \r\n");
  EXPECT_EQ(encoded_.body, "{\"a\":1}");
  EXPECT_FALSE(encoded_.bodyIsRequest);
  EXPECT_EQ(encoded_.framing, Framing::sse);
}

TEST_F(Encode, LeavesNothingOfTheRequestBefore) {
  ASSERT_FALSE(encode({kStart, {"header", "A", "b"}, {"body", "x"}, {"framing", "3"}}));
  ASSERT_FALSE(encode({{"start", "GET", "/"}}));
  EXPECT_EQ(encoded_.method, "GET");
  EXPECT_EQ(encoded_.path, "/");
  EXPECT_EQ(encoded_.fields, "");
  EXPECT_EQ(encoded_.body, "");
  EXPECT_EQ(encoded_.framing, Framing::whole);
}

TEST_F(Encode, TheRequestsOwnBodyIsNotCopied) {
  ASSERT_FALSE(encode({kStart, {"same body"}}));
  EXPECT_TRUE(encoded_.bodyIsRequest);
  EXPECT_EQ(encoded_.body, "");
}

TEST_F(Encode, TheRequestsBodyWithMoreAroundItIsCopied) {
  ASSERT_FALSE(encode({kStart, {"same body"}, {"body", "+"}}));
  EXPECT_FALSE(encoded_.bodyIsRequest);
  EXPECT_EQ(encoded_.body, body_ + "+");
  ASSERT_FALSE(encode({kStart, {"body", "+"}, {"same body"}}));
  EXPECT_FALSE(encoded_.bodyIsRequest);
  EXPECT_EQ(encoded_.body, "+" + body_);
  ASSERT_FALSE(encode({kStart, {"same body"}, {"same body"}}));
  EXPECT_FALSE(encoded_.bodyIsRequest);
  EXPECT_EQ(encoded_.body, body_ + body_);
}

TEST_F(Encode, NeedsOneMethodAndPath) {
  EXPECT_EQ(faultOf({{"body", "x"}}), kWho + "gave no method and path");
  EXPECT_EQ(faultOf({kStart, kStart}), kWho + "began its HTTP request twice");
  for (const char* method : {"", "PO ST", "GET\r\n", "CONNECT", "G\xc3\xa9T"}) {
    EXPECT_TRUE(faultOf({{"start", method, "/"}}).starts_with(kWho + "gave a method that is none"))
        << method;
  }
  EXPECT_EQ(faultOf({{"start", "GET", "v1"}}),
            kWho + "gave a path that does not begin with / or holds what no path may: \"v1\"");
  for (const char* path : {"", "/a b", "/a\r\nX: y", "/\x7f", "/\xc3\xa9", "/a#b", "http://x/"}) {
    EXPECT_TRUE(faultOf({{"start", "GET", path}}).starts_with(kWho + "gave a path that")) << path;
  }
}

TEST_F(Encode, RefusesHeadersThatAreTheHosts) {
  for (const char* name :
       {"Host", "content-length", "Transfer-Encoding", "CONNECTION", "Keep-Alive",
        "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Upgrade",
        "Expect", "Accept-Encoding"}) {
    EXPECT_EQ(faultOfHeader(name, "x"),
              kWho + "set a header that is the host's alone: \"" + name + '"');
  }
}

TEST_F(Encode, RefusesHeadersThatWouldBreakTheRequest) {
  EXPECT_EQ(faultOfHeader("", "x"), kWho + "gave a header name that is none");
  EXPECT_EQ(faultOfHeader("a b", "x"), kWho + "gave a header name that is none: \"a b\"");
  EXPECT_EQ(faultOfHeader("a:", "x"), kWho + "gave a header name that is none: \"a:\"");
  for (const std::string& value : {"a\r\nb: c"s, "a\nb"s, "a\0b"s, "a\x7f"s, "\x01"s}) {
    EXPECT_EQ(faultOfHeader("X-A", value),
              kWho + "gave a header a value that no header may have: \"X-A\"");
  }
  EXPECT_EQ(faultOfHeader("X-A", "tab\tand \xc3\xa9"), "no fault");
}

TEST_F(Encode, TheFirstFaultIsTold) {
  EXPECT_EQ(faultOf({{"start", "GET", "x"}, {"header", "Host", "y"}}),
            kWho + "gave a path that does not begin with / or holds what no path may: \"x\"");
}

TEST_F(Encode, AProviderWithoutKeySendsNoSecretHeader) {
  ASSERT_FALSE(encode({kStart, {"secret", "Authorization", "Bearer ", "key"}}, ""));
  EXPECT_EQ(encoded_.fields, "");
}

TEST_F(Encode, OnlyTheKeyIsASecret) {
  EXPECT_EQ(faultOf({kStart, {"secret", "Authorization", "", "admin_token"}}),
            kWho + "named a secret that this host does not have: \"admin_token\"");
  EXPECT_EQ(faultOf({kStart, {"secret", "Host", "", "key"}}),
            kWho + "set a header that is the host's alone: \"Host\"");
}

TEST_F(Encode, AKeyThatNoHeaderMayHaveIsAFaultThatDoesNotShowIt) {
  EXPECT_EQ(faultOf({kStart, {"secret", "Authorization", "", "key"}}, "sk-hidden\n"),
            "it (org.example.codec): the key holds a character that no header may have");
  EXPECT_EQ(encoded_.fields.find("hidden"), std::string::npos);
}

TEST_F(Encode, UnknownFramingIsAFault) {
  EXPECT_EQ(faultOf({kStart, {"framing", "5"}}),
            kWho + "asked for framing 5, which this host does not know");
}

TEST_F(Encode, ASignatureIsAskedFor) {
  ASSERT_FALSE(encode({kStart, {"sign", "aws.sigv4", R"( {"service": "bedrock"})"}}));
  EXPECT_EQ(encoded_.signing.scheme, "aws.sigv4");
  EXPECT_EQ(encoded_.signing.params, R"( {"service": "bedrock"})");
  ASSERT_FALSE(encode({kStart, {"sign", "google.service-account", "{}"}}));
  EXPECT_EQ(encoded_.signing.scheme, "google.service-account");
  ASSERT_FALSE(encode({kStart}));
  EXPECT_EQ(encoded_.signing.scheme, "");
  EXPECT_EQ(encoded_.signing.params, "");
}

TEST_F(Encode, WithoutAKeyNothingIsSigned) {
  ASSERT_FALSE(encode({kStart, {"sign", "aws.sigv4", "{}"}}, ""));
  EXPECT_EQ(encoded_.signing.scheme, "");
  EXPECT_EQ(faultOf({kStart, {"sign", "rot13", "{}"}}, ""),
            kWho + "asked for a signature that this host does not know: \"rot13\"");
}

// A service account's key is a file of several lines.
TEST_F(Encode, AKeyThatSignsMayHoldAnything) {
  ASSERT_FALSE(encode({kStart, {"sign", "google.service-account", "{}"}}, "{\n\"a\": 1\n}"));
  EXPECT_EQ(encoded_.signing.scheme, "google.service-account");
}

TEST_F(Encode, RefusesSignaturesThatCannotBe) {
  const std::string json = kWho +
                           "asked for a signature with what is no JSON object of at most "
                           "16 KiB";
  for (const char* params : {"", "[]", "{", "{} {}", "null", "{\"a\":1,}"}) {
    EXPECT_EQ(faultOf({kStart, {"sign", "aws.sigv4", params}}), json) << params;
  }
  const std::string padded = "{\"a\": \"" + std::string(16 << 10, 'x') + "\"}";
  EXPECT_EQ(faultOf({kStart, {"sign", "aws.sigv4", padded}}), json);
  EXPECT_EQ(faultOf({kStart, {"sign", "aws.sigv4", "{}"}, {"sign", "aws.sigv4", "{}"}}),
            kWho + "asked twice for a signature");
  const std::string both = kWho + "asked for a signature beside a header with the key";
  const std::vector<std::string> header = {"secret", "Authorization", "", "key"};
  EXPECT_EQ(faultOf({kStart, {"sign", "aws.sigv4", "{}"}, header}), both);
  EXPECT_EQ(faultOf({kStart, header, {"sign", "aws.sigv4", "{}"}}), both);
}

TEST_F(Encode, TellsWhatIsLeftOut) {
  ASSERT_FALSE(encode({kStart,
                       {"dropped", "0", "seed"},
                       {"dropped", "1", "messages[2].content[1].audio"},
                       {"dropped", "0", "seed"},
                       {"dropped", "7", "later"}}));
  ASSERT_EQ(encoded_.dropped.size(), 3u);
  EXPECT_EQ(encoded_.dropped[0].field, "seed");
  EXPECT_FALSE(encoded_.dropped[0].meaning);
  EXPECT_EQ(encoded_.dropped[1].field, "messages[2].content[1].audio");
  EXPECT_TRUE(encoded_.dropped[1].meaning);
  EXPECT_EQ(encoded_.dropped[2].field, "later");
  EXPECT_TRUE(encoded_.dropped[2].meaning);  // a weight that is not known is the heavier one
  ASSERT_FALSE(encode({kStart, {"dropped", "0", "seed"}, {"dropped", "1", "seed"}}));
  ASSERT_EQ(encoded_.dropped.size(), 1u);
  EXPECT_TRUE(encoded_.dropped[0].meaning);
  ASSERT_FALSE(encode({kStart}));
  EXPECT_TRUE(encoded_.dropped.empty());
}

TEST_F(Encode, WhatIsLeftOutIsBoundedAndClean) {
  std::vector<std::vector<std::string>> commands = {kStart};
  for (int i = 0; i < 100; ++i) commands.push_back({"dropped", "0", "tools[" + std::to_string(i)});
  commands.push_back({"dropped", "1", "n"});
  commands.push_back({"dropped", "1", "logprobs"});
  ASSERT_FALSE(encode(commands));
  ASSERT_EQ(encoded_.dropped.size(), 65u);
  EXPECT_EQ(encoded_.dropped.back().field, "n");
  ASSERT_FALSE(encode({kStart, {"dropped", "0", "a\r\nb" + std::string(1000, 'c')}}));
  EXPECT_EQ(encoded_.dropped[0].field, "a  b" + std::string(196, 'c'));
  for (const char* field : {"", "\x01"}) {
    EXPECT_EQ(faultOf({kStart, {"dropped", "0", field}}),
              kWho + "left out a field of the request without naming it");
  }
}

TEST_F(Encode, ThePluginsOwnFaultsComeThrough) {
  const Fault fault = must(encode({kStart, {"fail", "no \"images\" here\n"}}));
  EXPECT_EQ(fault.code, Code::invalidArgument);
  EXPECT_EQ(fault.message, "no \"images\" here ");
  const Fault silent = must(encode({kStart, {"fail silently"}}));
  EXPECT_EQ(silent.code, Code::unavailable);
  EXPECT_EQ(silent.message,
            "it (org.example.codec): the plugin failed and gave no reason (status 14)");
  const Fault thrown = must(encode({{"throw"}}));
  EXPECT_EQ(thrown.code, Code::internal);
  EXPECT_EQ(thrown.message, "threw an exception across the plugin ABI");
}

// --- answers ---

class Decode : public ::testing::Test {
 protected:
  Decode() {
    request_.model = "m-1";
    const HeaderView headers[] = {{"Content-Type", "text/plain"}, {"X", ""}};
    decoder_ = instance_->open(request_, 200, headers, fault_);
  }
  std::optional<Fault> frame(std::string_view event, std::string_view data = {}) {
    return decoder_->frame(event, data, sink_);
  }

  Log log_;
  std::shared_ptr<const Instance> instance_ = makeInstance("codec", "codec");
  Request request_;
  Fault fault_;
  Recorder sink_;
  std::unique_ptr<Decoder> decoder_;
};

TEST_F(Decode, ThePluginSeesTheAnswersHeadAndTheRequest) {
  ASSERT_FALSE(frame("opened"));
  EXPECT_EQ(sink_.text, "200 Content-Type=text/plain X=");
  ASSERT_FALSE(frame("asked"));
  EXPECT_EQ(sink_.text, "200 Content-Type=text/plain X=m-1");
}

TEST_F(Decode, ChunksComeAsTheyWerePushed) {
  ASSERT_FALSE(frame("text", "Hello"));
  EXPECT_EQ(sink_.last.type, ChunkType::text);
  EXPECT_EQ(sink_.text, "Hello");
  ASSERT_FALSE(frame("all", "text"));
  EXPECT_EQ(sink_.last.type, ChunkType::item);
  EXPECT_EQ(sink_.last.choice, 1u);
  EXPECT_EQ(sink_.last.index, 2u);
  EXPECT_EQ(sink_.last.name, "name");
  EXPECT_EQ(sink_.last.ref, "ref");
  EXPECT_EQ(sink_.last.extra, "{}");
  EXPECT_EQ(sink_.last.score, 0.5);
  EXPECT_EQ(sink_.last.usage, nullptr);
  ASSERT_FALSE(frame("usage"));
  EXPECT_EQ(sink_.last.type, ChunkType::usage);
  EXPECT_EQ(sink_.usage, (Usage{1, 2, 3, 4, 5}));
  ASSERT_FALSE(decoder_->end(sink_));
  EXPECT_EQ(sink_.last.type, ChunkType::finish);
  EXPECT_EQ(sink_.last.name, "stop");
  EXPECT_EQ(sink_.count, 4);
}

TEST_F(Decode, ChunksThatCannotBeReadAreSkipped) {
  for (const char* event : {"unknown", "untyped", "short", "no usage"}) {
    ASSERT_FALSE(frame(event, "x")) << event;
    EXPECT_EQ(sink_.count, 0) << event;
  }
  ASSERT_FALSE(frame("null text", "x"));
  EXPECT_EQ(sink_.count, 1);
  EXPECT_EQ(sink_.text, "");
}

TEST_F(Decode, TheSinksAnswerReachesThePlugin) {
  using Answer = ChunkSink::Answer;
  for (const auto& [answer, said] :
       {std::pair{Answer::more, "push said 0"}, std::pair{Answer::pause, "push said 100"},
        std::pair{Answer::cancelled, "push said 1"}}) {
    sink_.answer = answer;
    ASSERT_FALSE(frame("text", "x"));
    EXPECT_EQ(log_.lines().back(), std::string("it (org.example.codec): ") + said);
  }
}

TEST_F(Decode, AFaultCarriesWhatTheUpstreamSaid) {
  const Fault fault = must(frame("refuse", "slow \x1b[1mdown\x1b[0m, caf\xe9\r\nplease"));
  EXPECT_EQ(fault.code, Code::resourceExhausted);
  EXPECT_EQ(fault.reason, Reason::rateLimit);
  EXPECT_TRUE(fault.retryable);
  EXPECT_EQ(fault.retryAfterMs, 1500u);
  EXPECT_EQ(fault.httpStatus, 429);
  EXPECT_EQ(fault.message, "slow [1mdown[0m, caf\xef\xbf\xbd  please");
  EXPECT_EQ(fault.type, "rate_limit");
  EXPECT_EQ(fault.symbol, "slow_down");
  EXPECT_EQ(fault.param, "model");
}

TEST_F(Decode, AMessageWithoutEndIsBounded) {
  const Fault fault = must(frame("refuse", "endless"));
  EXPECT_EQ(fault.message, "endless" + std::string(993, 'x'));
}

TEST_F(Decode, AnUnknownStatusWithoutMessageIsSaidSo) {
  const Fault fault = must(frame("silently"));
  EXPECT_EQ(fault.code, Code::unknown);
  EXPECT_EQ(fault.httpStatus, 0);
  EXPECT_EQ(fault.message,
            "it (org.example.codec): the plugin failed and gave no reason (status 4711)");
  EXPECT_EQ(must(frame("throw")).message, "threw an exception across the plugin ABI");
}

TEST_F(Decode, AFaultOfARefusedAnswerHasItsStatus) {
  const auto decoder = instance_->open(request_, 503, {}, fault_);
  const Fault fault = must(decoder->end(sink_));
  EXPECT_EQ(fault.httpStatus, 503);
  EXPECT_EQ(fault.message, "gone for lunch");
}

TEST_F(Decode, FinishIsNotADecodersToCall) {
  ASSERT_FALSE(frame("finish"));
  EXPECT_EQ(sink_.count, 0);
  EXPECT_EQ(log_.lines().back(),
            "it (org.example.codec): finished from its decoder, which only direct operations do; "
            "ignored");
}

TEST_F(Decode, EveryDecoderThatWasOpenedIsClosed) {
  EXPECT_EQ(instance_->open(request_, 418, {}, fault_), nullptr);
  EXPECT_EQ(fault_.code, Code::failedPrecondition);
  EXPECT_EQ(fault_.message, "no teapots");
  EXPECT_EQ(fault_.httpStatus, 418);
  EXPECT_EQ(log_.count("it (org.example.codec): closed"), 0);
  decoder_.reset();
  EXPECT_EQ(log_.count("it (org.example.codec): closed"), 1);
}

TEST_F(Decode, TheInstanceLivesAsLongAsADecoder) {
  instance_.reset();
  ASSERT_FALSE(frame("text", "still here"));
  EXPECT_EQ(sink_.text, "still here");
  EXPECT_EQ(log_.count("it (org.example.codec): destroyed"), 0);
  decoder_.reset();
  EXPECT_EQ(log_.count("it (org.example.codec): destroyed"), 1);
}

}  // namespace
