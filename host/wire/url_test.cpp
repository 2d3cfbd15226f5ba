#include "wire/url.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::wire {
namespace {

std::string shown(const Url& url) {
  return std::string(url.tls ? "tls " : "plain ") + url.host + " " + std::to_string(url.port) +
         " " + url.path;
}

std::string parsed(std::string_view text) {
  const auto url = parseUrl(text);
  return url ? shown(*url) : "error";
}

TEST(Url, IsTakenApart) {
  EXPECT_EQ(parsed("https://api.example.com/v1"), "tls api.example.com 443 /v1");
  EXPECT_EQ(parsed("http://localhost:11434"), "plain localhost 11434 ");
  EXPECT_EQ(parsed("http://a"), "plain a 80 ");
  EXPECT_EQ(parsed("http://a/"), "plain a 80 ");
  EXPECT_EQ(parsed("HTTPS://API.Example.COM/V1/"), "tls api.example.com 443 /V1");
  EXPECT_EQ(parsed("http://a/b/c//"), "plain a 80 /b/c");
  EXPECT_EQ(parsed("http://a/b%2Fc%20"), "plain a 80 /b%2Fc%20");
  EXPECT_EQ(parsed("http://a/b:c@d"), "plain a 80 /b:c@d");
  EXPECT_EQ(parsed("http://127.0.0.1:8080/x"), "plain 127.0.0.1 8080 /x");
  EXPECT_EQ(parsed("http://[::1]:8080/x"), "plain ::1 8080 /x");
  EXPECT_EQ(parsed("https://[2001:DB8::1]"), "tls 2001:db8::1 443 ");
  EXPECT_EQ(parsed("http://my_service:65535"), "plain my_service 65535 ");
}

TEST(Url, WhatIsNone) {
  for (const std::string_view text : {
           "",
           "a",
           "api.example.com/v1",
           "//a",
           "ftp://a",
           "http:/a",
           "http//a",
           "http://",
           "http:///v1",
           "http://:80",
           "http://a:",
           "http://a:0",
           "http://a:65536",
           "http://a:+1",
           "http://a:80x",
           "http://a:80:80",
           "http://[::1",
           "http://[::1]x",
           "http://[a]",
           "http://[]",
           "http://[fe80::1%25eth0]",
           "http://::1",
           "http://a b",
           "http://a/b c",
           "http://a/\xc3\xa4",
           "http://\xc3\xa4/",
           "http://a%41",
           "http://a!b",
           " http://a",
           "http://a ",
           "http://a\n",
           "http://user@a",
           "http://user:pw@a",
           "http://a?b",
           "http://a/b?c",
           "http://a#b",
           "http://a/b#c",
           "http://a/%",
           "http://a/%4",
           "http://a/%zz",
           "http://a/<b>",
           "http://a\\b",
       }) {
    EXPECT_EQ(parsed(text), "error") << text;
  }
  EXPECT_EQ(parsed(std::string_view("http://a\0b", 10)), "error");
  EXPECT_EQ(parsed(std::string_view("http://[::1\0]", 13)), "error");
}

TEST(Url, ErrorsShowNoSecret) {
  for (const std::string_view text : {"https://user:hunter2@a", "https://a/?key=hunter2", "hunter2",
                                      "https://a:hunter2", "https://hunter2 "}) {
    const auto url = parseUrl(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().message.find("hunter2"), std::string::npos);
    const auto proxy = parseProxyUrl("http://user name:hunter2@a");
    ASSERT_FALSE(proxy);
    EXPECT_EQ(proxy.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Url, Authority) {
  const auto authority = [](std::string_view text) { return parseUrl(text)->authority(); };
  EXPECT_EQ(authority("http://a/b"), "a");
  EXPECT_EQ(authority("http://a:80"), "a");
  EXPECT_EQ(authority("http://a:443"), "a:443");
  EXPECT_EQ(authority("https://a:443"), "a");
  EXPECT_EQ(authority("https://[::1]:8443"), "[::1]:8443");
}

std::string parsedProxy(std::string_view text) {
  const auto proxy = parseProxyUrl(text);
  if (!proxy) return "error";
  return shown(proxy->url) + "|" + std::string(proxy->user.reveal()) + "|" +
         std::string(proxy->password.reveal());
}

TEST(ProxyUrl, IsTakenApart) {
  EXPECT_EQ(parsedProxy("http://proxy:3128"), "plain proxy 3128 ||");
  EXPECT_EQ(parsedProxy("http://proxy:3128/"), "plain proxy 3128 ||");
  EXPECT_EQ(parsedProxy("proxy:3128"), "plain proxy 3128 ||");
  EXPECT_EQ(parsedProxy("https://proxy"), "tls proxy 443 ||");
  EXPECT_EQ(parsedProxy("http://user:pass@proxy:3128"), "plain proxy 3128 |user|pass");
  EXPECT_EQ(parsedProxy("user@[::1]:3128"), "plain ::1 3128 |user|");
  EXPECT_EQ(parsedProxy("http://u%40x:p%3a%25:q@proxy"), "plain proxy 80 |u@x|p:%:q");
}

TEST(ProxyUrl, WhatIsNone) {
  for (const std::string_view text :
       {"", "http://", "socks5://a:1080", "http://a/b", "http://a?b", "http://a#b", "http://a@b@c",
        "http://a/b@c", "http://u%4@a", "http://u p@a", "http://a:0", "http://a//"}) {
    EXPECT_EQ(parsedProxy(text), "error") << text;
  }
}

}  // namespace
}  // namespace sluice::wire
