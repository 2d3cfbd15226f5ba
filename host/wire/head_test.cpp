#include "wire/head.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace sluice::wire {

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name.
void PrintTo(HeadFault fault, std::ostream* out);

namespace {

HeadFault requestFault(std::string_view head) {
  RequestHead into;
  return parseRequest(head, into);
}

std::string request(std::string_view fields) {
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n";
}

TEST(Request, IsTakenApart) {
  const std::string head =
      "POST /v1/models?a=b?c HTTP/1.1\r\nHost: "
      "example.com:8090\r\nContent-Type:application/json\r\n"
      "X-Blank: \t in the middle \t \r\nX-Empty:\r\nX-Eight-Bit: \xc3\xa4\r\n"
      "content-LENGTH: 12\r\nexpect: 100-Continue\r\n\r\n";
  RequestHead parsed;
  ASSERT_EQ(parseRequest(head, parsed), HeadFault::none);
  EXPECT_EQ(parsed.method, "POST");
  EXPECT_EQ(parsed.target, "/v1/models?a=b?c");
  EXPECT_EQ(parsed.path, "/v1/models");
  EXPECT_EQ(parsed.query, "a=b?c");
  EXPECT_EQ(parsed.host, "example.com:8090");
  EXPECT_EQ(parsed.minorVersion, 1);
  EXPECT_EQ(parsed.fields.all().size(), 7U);
  EXPECT_EQ(parsed.fields.get("CONTENT-TYPE"), "application/json");
  EXPECT_EQ(parsed.fields.get("X-Blank"), "in the middle");
  EXPECT_TRUE(parsed.fields.has("X-Empty"));
  EXPECT_EQ(parsed.fields.get("X-Empty"), "");
  EXPECT_EQ(parsed.fields.get("X-Eight-Bit"), "\xc3\xa4");
  EXPECT_FALSE(parsed.fields.has("X-Not-There"));
  EXPECT_EQ(parsed.body, BodyKind::length);
  EXPECT_EQ(parsed.contentLength, 12U);
  EXPECT_TRUE(parsed.keepAlive);
  EXPECT_TRUE(parsed.expectContinue);
}

TEST(Request, OverwritesWhatWasParsedBefore) {
  RequestHead parsed;
  ASSERT_EQ(parseRequest("POST /a?b HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\n\r\n", parsed),
            HeadFault::none);
  ASSERT_EQ(parseRequest("GET / HTTP/1.1\r\nHost: i\r\n\r\n", parsed), HeadFault::none);
  EXPECT_EQ(parsed.query, "");
  EXPECT_EQ(parsed.host, "i");
  EXPECT_EQ(parsed.minorVersion, 1);
  EXPECT_EQ(parsed.fields.all().size(), 1U);
  EXPECT_EQ(parsed.body, BodyKind::none);
  EXPECT_EQ(parsed.contentLength, 0U);
  EXPECT_TRUE(parsed.keepAlive);
}

struct LineCase {
  std::string_view line;
  HeadFault fault;
};

TEST(Request, Lines) {
  const std::vector<LineCase> cases = {
      {"GET / HTTP/1.1", HeadFault::none},
      {"get / HTTP/1.1", HeadFault::none},  // a method of its own
      {"M-SEARCH / HTTP/1.1", HeadFault::none},
      {"OPTIONS * HTTP/1.1", HeadFault::none},
      {"GET http://example.com/a HTTP/1.1", HeadFault::none},
      {"GET HTTPS://example.com HTTP/1.1", HeadFault::none},
      {"GET http://[::1]:80/a HTTP/1.1", HeadFault::none},
      {"", HeadFault::badRequestLine},
      {" ", HeadFault::badRequestLine},
      {"GET", HeadFault::badRequestLine},
      {"GET /", HeadFault::badRequestLine},  // HTTP/0.9
      {"GET / ", HeadFault::badRequestLine},
      {" GET / HTTP/1.1", HeadFault::badRequestLine},
      {"G@T / HTTP/1.1", HeadFault::badRequestLine},
      {"GET\t/\tHTTP/1.1", HeadFault::badRequestLine},
      {"GET / HTTP/1.1 ", HeadFault::badRequestLine},
      {"GET / http/1.1", HeadFault::badRequestLine},
      {"GET / HTTP/1", HeadFault::badRequestLine},
      {"GET / HTTP/11", HeadFault::badRequestLine},
      {"GET / HTTP/1.10", HeadFault::badRequestLine},
      {"GET / HTTP/1,1", HeadFault::badRequestLine},
      {"GET / HTTP/x.1", HeadFault::badRequestLine},
      {"GET / HTTP/1.x", HeadFault::badRequestLine},
      {"GET / HTTQ/1.1", HeadFault::badRequestLine},
      {"GET / HTTP/0.9", HeadFault::badVersion},
      {"GET / HTTP/1.2", HeadFault::badVersion},
      {"PRI * HTTP/2.0", HeadFault::badVersion},
      {"GET / HTTP/9.1", HeadFault::badVersion},
      {"GET  HTTP/1.1", HeadFault::badTarget},
      {"GET  / HTTP/1.1", HeadFault::badTarget},
      {"GET /  HTTP/1.1", HeadFault::badTarget},
      {"GET /a b HTTP/1.1", HeadFault::badTarget},
      {"GET /a\tb HTTP/1.1", HeadFault::badTarget},
      {"GET /a#b HTTP/1.1", HeadFault::badTarget},
      {"GET /\xc3\xa4 HTTP/1.1", HeadFault::badTarget},
      {"GET a HTTP/1.1", HeadFault::badTarget},
      {"GET ?a HTTP/1.1", HeadFault::badTarget},
      {"GET * HTTP/1.1", HeadFault::badTarget},
      {"OPTIONS *a HTTP/1.1", HeadFault::badTarget},
      {"CONNECT example.com:443 HTTP/1.1", HeadFault::badTarget},
      {"GET ftp://example.com/ HTTP/1.1", HeadFault::badTarget},
      {"GET http:/example.com/ HTTP/1.1", HeadFault::badTarget},
      {"GET http:///a HTTP/1.1", HeadFault::badTarget},
      {"GET http://user@example.com/ HTTP/1.1", HeadFault::badTarget},
      {"GET http://example.com:99999/ HTTP/1.1", HeadFault::badTarget},
  };
  for (const LineCase& c : cases) {
    EXPECT_EQ(requestFault(std::string(c.line) + "\r\nHost: a\r\n\r\n"), c.fault) << c.line;
  }
}

TEST(Request, AbsoluteTargetsNameTheHost) {
  RequestHead parsed;
  const auto parse = [&parsed](std::string_view target) {
    const std::string head = "GET " + std::string(target) + " HTTP/1.1\r\nHost: other\r\n\r\n";
    const HeadFault fault = parseRequest(head, parsed);
    // The views die with `head`; what is compared is copied.
    return fault == HeadFault::none ? std::string(parsed.host) + " " + std::string(parsed.path) +
                                          " " + std::string(parsed.query)
                                    : std::string(describe(fault));
  };
  EXPECT_EQ(parse("http://a:1/b/c?d"), "a:1 /b/c d");
  EXPECT_EQ(parse("https://a"), "a / ");
  EXPECT_EQ(parse("http://a?d"), "a / d");
  EXPECT_EQ(parse("/b"), "other /b ");
}

TEST(Request, Fields) {
  const std::vector<LineCase> cases = {
      {"X: y\r\n", HeadFault::none},
      {"X:\r\n", HeadFault::none},
      {"!#$%&'*+-.^_`|~09azAZ: y\r\n", HeadFault::none},
      {"X: a: b\r\n", HeadFault::none},
      {"X : y\r\n", HeadFault::badFieldName},
      {"X\t: y\r\n", HeadFault::badFieldName},
      {": y\r\n", HeadFault::badFieldName},
      {"X Y: z\r\n", HeadFault::badFieldName},
      {"X(Y): z\r\n", HeadFault::badFieldName},
      {"\xc3\xa4: z\r\n", HeadFault::badFieldName},
      {"X\r\n", HeadFault::missingColon},
      {"X y\r\n", HeadFault::missingColon},
      {"X: y\r\n folded\r\n", HeadFault::foldedLine},
      {"X: y\r\n\tfolded\r\n", HeadFault::foldedLine},
      {"X: y\r\n \r\n", HeadFault::foldedLine},
      {"X: a\rb\r\n", HeadFault::bareLineFeed},
      {"X: a\nb\r\n", HeadFault::bareLineFeed},
      {"X: a\x01\r\n", HeadFault::controlByte},
      {"Host: b\r\n", HeadFault::severalHosts},
      {"Host: localhost\r\n", HeadFault::severalHosts},
      {"Expect: 100-continue\r\n", HeadFault::none},
      {"Expect: 200-ok\r\n", HeadFault::unsupportedExpectation},
      {"Expect: 100-continue, other\r\n", HeadFault::unsupportedExpectation},
      {"Expect: 100-continue\r\nExpect: b\r\n", HeadFault::unsupportedExpectation},
  };
  for (const LineCase& c : cases) EXPECT_EQ(requestFault(request(c.line)), c.fault) << c.line;
}

TEST(Request, FoldingInFrontOfTheFirstField) {
  EXPECT_EQ(requestFault("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), HeadFault::foldedLine);
}

TEST(Request, Hosts) {
  const std::vector<LineCase> cases = {
      {"a", HeadFault::none},
      {"a:80", HeadFault::none},
      {"a:", HeadFault::none},
      {"127.0.0.1:8090", HeadFault::none},
      {"[::1]", HeadFault::none},
      {"[::1]:8090", HeadFault::none},
      {"a_b.c-d", HeadFault::none},
      {"a%20b", HeadFault::none},
      {"", HeadFault::badHost},
      {":80", HeadFault::badHost},
      {"a b", HeadFault::badHost},
      {"a/b", HeadFault::badHost},
      {"a?b", HeadFault::badHost},
      {"a@b", HeadFault::badHost},
      {"a:b", HeadFault::badHost},
      {"a:-1", HeadFault::badHost},
      {"a:65536", HeadFault::badHost},
      {"a:80:80", HeadFault::badHost},
      {"a%2", HeadFault::badHost},
      {"a%zz", HeadFault::badHost},
      {"::1", HeadFault::badHost},
      {"[::1", HeadFault::badHost},
      {"[::1]8090", HeadFault::badHost},
      {"[localhost]", HeadFault::badHost},
      {"[fe80::1%25eth0]", HeadFault::badHost},
      {"\xc3\xa4", HeadFault::badHost},
      {"a, b", HeadFault::badHost},
  };
  for (const LineCase& c : cases) {
    EXPECT_EQ(requestFault("GET / HTTP/1.1\r\nHost: " + std::string(c.line) + "\r\n\r\n"), c.fault)
        << c.line;
  }
  EXPECT_EQ(requestFault("GET / HTTP/1.1\r\n\r\n"), HeadFault::missingHost);
  EXPECT_EQ(requestFault("GET http://a/ HTTP/1.1\r\n\r\n"), HeadFault::missingHost);
  EXPECT_EQ(requestFault("GET / HTTP/1.0\r\n\r\n"), HeadFault::none);
  EXPECT_EQ(requestFault("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), HeadFault::severalHosts);
}

struct FramingCase {
  std::string_view fields;
  HeadFault fault;
  BodyKind body = BodyKind::none;
  std::uint64_t length = 0;
};

const std::vector<FramingCase> framingCases = {
    {"Content-Length: 0\r\n", HeadFault::none, BodyKind::length, 0},
    {"Content-Length: 007\r\n", HeadFault::none, BodyKind::length, 7},
    {"Content-Length: 9223372036854775807\r\n", HeadFault::none, BodyKind::length,
     9223372036854775807U},
    {"Content-Length: 9223372036854775808\r\n", HeadFault::badContentLength},
    {"Content-Length: 99999999999999999999\r\n", HeadFault::badContentLength},
    {"Content-Length:\r\n", HeadFault::badContentLength},
    {"Content-Length: +5\r\n", HeadFault::badContentLength},
    {"Content-Length: -5\r\n", HeadFault::badContentLength},
    {"Content-Length: 1,0\r\n", HeadFault::badContentLength},
    {"Content-Length: 1 0\r\n", HeadFault::badContentLength},
    {"Content-Length: 0x5\r\n", HeadFault::badContentLength},
    {"Content-Length: 5.0\r\n", HeadFault::badContentLength},
    {"Content-Length: 5, 5\r\n", HeadFault::badContentLength},
    {"Content-Length: 5\r\nContent-Length: 5\r\n", HeadFault::badContentLength},
    {"Content-Length: 5\r\ncontent-length: 6\r\n", HeadFault::badContentLength},
    {"Content-Length: x\r\nContent-Length: 5\r\n", HeadFault::badContentLength},
    {"Transfer-Encoding: chunked\r\n", HeadFault::none, BodyKind::chunked},
    {"transfer-ENCODING: CHUNKED\r\n", HeadFault::none, BodyKind::chunked},
    {"Transfer-Encoding:\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: gzip\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: identity\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: gzip, chunked\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: chunked, chunked\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: ,chunked\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: chunked;a=b\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: xchunked\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: \"chunked\"\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
     HeadFault::badTransferEncoding},
    {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", HeadFault::badTransferEncoding},
    {"Transfer-Encoding : chunked\r\n", HeadFault::badFieldName},
    {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", HeadFault::lengthAndChunked},
    {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", HeadFault::lengthAndChunked},
    {"Transfer-Encoding: gzip, chunked\r\nContent-Length: 0\r\n", HeadFault::lengthAndChunked},
};

TEST(Request, Framing) {
  for (const FramingCase& c : framingCases) {
    RequestHead parsed;
    const std::string head = request(c.fields);
    ASSERT_EQ(parseRequest(head, parsed), c.fault) << c.fields;
    if (c.fault != HeadFault::none) continue;
    EXPECT_EQ(parsed.body, c.body) << c.fields;
    EXPECT_EQ(parsed.contentLength, c.length) << c.fields;
  }
  EXPECT_EQ(requestFault("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
            HeadFault::badTransferEncoding);
  RequestHead without;
  ASSERT_EQ(parseRequest("POST / HTTP/1.1\r\nHost: a\r\n\r\n", without), HeadFault::none);
  EXPECT_EQ(without.body, BodyKind::none);
}

TEST(Request, RepeatedHeaderFieldsOfOtherNamesStay) {
  RequestHead parsed;
  const std::string head = request("Via: a\r\nVia: b, C\r\n");
  ASSERT_EQ(parseRequest(head, parsed), HeadFault::none);
  EXPECT_EQ(parsed.fields.get("via"), "a");
  EXPECT_TRUE(parsed.fields.listHas("VIA", "a"));
  EXPECT_TRUE(parsed.fields.listHas("via", "c"));
  EXPECT_FALSE(parsed.fields.listHas("via", "b, c"));
  EXPECT_FALSE(parsed.fields.listHas("via", ""));
  EXPECT_FALSE(parsed.fields.listHas("vi", "a"));
}

TEST(Request, KeepAlive) {
  struct Case {
    std::string_view version;
    std::string_view fields;
    bool keepAlive;
  };
  const std::vector<Case> cases = {
      {"1.1", "", true},
      {"1.1", "Connection: close\r\n", false},
      {"1.1", "Connection: Close\r\n", false},
      {"1.1", "Connection: keep-alive\r\n", true},
      {"1.1", "Connection: upgrade, close\r\n", false},
      {"1.1", "Connection: upgrade\r\nConnection: close\r\n", false},
      {"1.1", "Connection: closed\r\n", true},
      {"1.0", "", false},
      {"1.0", "Connection: Keep-Alive\r\n", true},
      {"1.0", "Connection: x, keep-alive\r\n", true},
      {"1.0", "Connection: keep-alive, close\r\n", false},
  };
  for (const Case& c : cases) {
    RequestHead parsed;
    const std::string head =
        "GET / HTTP/" + std::string(c.version) + "\r\nHost: a\r\n" + std::string(c.fields) + "\r\n";
    ASSERT_EQ(parseRequest(head, parsed), HeadFault::none);
    EXPECT_EQ(parsed.keepAlive, c.keepAlive) << c.version << " " << c.fields;
  }
}

TEST(Request, ContinueIsOnlyForBodiesAndHttp11) {
  const auto expects = [](std::string_view version, std::string_view fields) {
    RequestHead parsed;
    const std::string head = "POST / HTTP/" + std::string(version) +
                             "\r\nHost: a\r\nExpect: 100-continue\r\n" + std::string(fields) +
                             "\r\n";
    EXPECT_EQ(parseRequest(head, parsed), HeadFault::none);
    return parsed.expectContinue;
  };
  EXPECT_TRUE(expects("1.1", "Content-Length: 1\r\n"));
  EXPECT_TRUE(expects("1.1", "Transfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(expects("1.1", "Content-Length: 0\r\n"));
  EXPECT_FALSE(expects("1.1", ""));
  EXPECT_FALSE(expects("1.0", "Content-Length: 1\r\n"));
  EXPECT_EQ(requestFault("GET / HTTP/1.0\r\nExpect: x\r\n\r\n"), HeadFault::none);
}

TEST(Request, NumberOfFields) {
  std::string fields;
  for (int i = 0; i < 255; ++i) fields += "A: b\r\n";
  EXPECT_EQ(requestFault(request(fields)), HeadFault::none);
  EXPECT_EQ(requestFault(request(fields + "A: b\r\n")), HeadFault::tooManyFields);
}

TEST(Request, CutHeadsAreRefused) {
  const std::string head = request("Content-Length: 5\r\n");
  for (std::size_t size = 0; size < head.size(); ++size) {
    EXPECT_NE(requestFault(head.substr(0, size)), HeadFault::none) << size;
  }
}

TEST(Request, EncodedWordsAreNotDecoded) {
  RequestHead parsed;
  const std::string head = request("X: =?UTF-8?B?U0VDUkVU?=\r\n");
  ASSERT_EQ(parseRequest(head, parsed), HeadFault::none);
  EXPECT_EQ(parsed.fields.get("x"), "=?UTF-8?B?U0VDUkVU?=");
}

HeadFault responseFault(std::string_view head) {
  ResponseHead into;
  return parseResponse(head, false, into);
}

TEST(Response, StatusLines) {
  struct Case {
    std::string_view line;
    HeadFault fault;
    int status = 0;
  };
  const std::vector<Case> cases = {
      {"HTTP/1.1 200 OK", HeadFault::none, 200},
      {"HTTP/1.0 404 Not Found", HeadFault::none, 404},
      {"HTTP/1.1 200 ", HeadFault::none, 200},
      {"HTTP/1.1 200", HeadFault::none, 200},
      {"HTTP/1.1 529 \xc3\xa4\t!", HeadFault::none, 529},
      {"HTTP/1.1 100 Continue", HeadFault::none, 100},
      {"HTTP/1.1 599 x", HeadFault::none, 599},
      {"HTTP/1.1 99 x", HeadFault::badStatusLine},
      {"HTTP/1.1 099 x", HeadFault::badStatusLine},
      {"HTTP/1.1 600 x", HeadFault::badStatusLine},
      {"HTTP/1.1 000 x", HeadFault::badStatusLine},
      {"HTTP/1.1 2000 x", HeadFault::badStatusLine},
      {"HTTP/1.1 20x OK", HeadFault::badStatusLine},
      {"HTTP/1.1 +20 OK", HeadFault::badStatusLine},
      {"HTTP/1.1 200\tOK", HeadFault::badStatusLine},
      {"HTTP/1.1  200 OK", HeadFault::badStatusLine},
      {"HTTP/1.1\t200 OK", HeadFault::badStatusLine},
      {"HTTP/1.1 ", HeadFault::badStatusLine},
      {"HTTP/1.1", HeadFault::badStatusLine},
      {"HTTP/1", HeadFault::badStatusLine},
      {"", HeadFault::badStatusLine},
      {" HTTP/1.1 200 OK", HeadFault::badStatusLine},
      {"http/1.1 200 OK", HeadFault::badStatusLine},
      {"ICY 200 OK", HeadFault::badStatusLine},
      {"HTTP/1.2 200 OK", HeadFault::badVersion},
      {"HTTP/2.0 200 OK", HeadFault::badVersion},
  };
  for (const Case& c : cases) {
    ResponseHead parsed;
    const std::string head = std::string(c.line) + "\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(parseResponse(head, false, parsed), c.fault) << c.line;
    if (c.fault == HeadFault::none) {
      EXPECT_EQ(parsed.status, c.status) << c.line;
    }
  }
  EXPECT_NE(responseFault("\r\nHTTP/1.1 200 OK\r\n\r\n"), HeadFault::none);
}

TEST(Response, Framing) {
  for (const FramingCase& c : framingCases) {
    ResponseHead parsed;
    const std::string head = "HTTP/1.1 200 OK\r\n" + std::string(c.fields) + "\r\n";
    ASSERT_EQ(parseResponse(head, false, parsed), c.fault) << c.fields;
    if (c.fault != HeadFault::none) continue;
    EXPECT_EQ(parsed.body, c.body) << c.fields;
    EXPECT_EQ(parsed.contentLength, c.length) << c.fields;
    EXPECT_TRUE(parsed.keepAlive) << c.fields;
  }
  EXPECT_EQ(responseFault("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            HeadFault::badTransferEncoding);
}

TEST(Response, WithoutFramingTheBodyEndsWithTheConnection) {
  ResponseHead parsed;
  ASSERT_EQ(parseResponse("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", false, parsed),
            HeadFault::none);
  EXPECT_EQ(parsed.body, BodyKind::untilClose);
  EXPECT_FALSE(parsed.keepAlive);
}

TEST(Response, SomeNeverHaveABody) {
  for (const std::string_view status : {"100", "103", "204", "304"}) {
    for (const std::string_view fields :
         {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
      ResponseHead parsed;
      const std::string head =
          "HTTP/1.1 " + std::string(status) + " x\r\n" + std::string(fields) + "\r\n";
      ASSERT_EQ(parseResponse(head, false, parsed), HeadFault::none);
      EXPECT_EQ(parsed.body, BodyKind::none) << head;
      EXPECT_EQ(parsed.contentLength, 0U) << head;
      EXPECT_TRUE(parsed.keepAlive) << head;
    }
  }
  ResponseHead parsed;
  ASSERT_EQ(parseResponse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, parsed),
            HeadFault::none);
  EXPECT_EQ(parsed.body, BodyKind::none);
}

TEST(Response, KeepAlive) {
  ResponseHead parsed;
  ASSERT_EQ(parseResponse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                          false, parsed),
            HeadFault::none);
  EXPECT_FALSE(parsed.keepAlive);
  ASSERT_EQ(parseResponse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, parsed),
            HeadFault::none);
  EXPECT_FALSE(parsed.keepAlive);
}

TEST(HeadFault, EachIsDescribed) {
  for (int i = 0; i <= static_cast<int>(HeadFault::unsupportedExpectation); ++i) {
    EXPECT_TRUE(describe(static_cast<HeadFault>(i)).ends_with('.')) << i;
  }
}

}  // namespace
}  // namespace sluice::wire
