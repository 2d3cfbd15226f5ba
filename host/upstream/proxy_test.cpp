#include "upstream/proxy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sluice::upstream {
namespace {

using Map = std::map<std::string, std::string>;

Result<ProxySettings> from(const Map& values) {
  return fromEnvironment([&values](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  });
}

wire::Url url(const char* text) { return *wire::parseUrl(text); }

// The host of the proxy for `text`; empty: none.
std::string proxyOf(const Map& values, const char* text) {
  const auto settings = from(values);
  EXPECT_TRUE(settings);
  return proxyFor(url(text), *settings).url.host;
}

TEST(Proxy, eachSchemeHasItsOwn) {
  const Map values{{"http_proxy", "http://a.test:3128"}, {"https_proxy", "http://b.test:3128"}};
  EXPECT_EQ("a.test", proxyOf(values, "http://x.test"));
  EXPECT_EQ("b.test", proxyOf(values, "https://x.test"));
  EXPECT_EQ("", proxyOf({}, "https://x.test"));
}

TEST(Proxy, allProxyStandsForWhatIsNotSet) {
  EXPECT_EQ("all.test", proxyOf({{"ALL_PROXY", "all.test:1"}}, "https://x.test"));
  EXPECT_EQ("all.test", proxyOf({{"all_proxy", "all.test:1"}}, "http://x.test"));
  const Map both{{"all_proxy", "all.test:1"}, {"HTTPS_PROXY", "b.test:1"}};
  EXPECT_EQ("b.test", proxyOf(both, "https://x.test"));
  EXPECT_EQ("all.test", proxyOf(both, "http://x.test"));
}

TEST(Proxy, lowerCaseGoesFirstAndHttpProxyIsReadInLowerCaseOnly) {
  EXPECT_EQ("b.test", proxyOf({{"https_proxy", "b.test"}, {"HTTPS_PROXY", "c.test"}}, "https://x"));
  EXPECT_EQ("c.test", proxyOf({{"https_proxy", ""}, {"HTTPS_PROXY", "c.test"}}, "https://x"));
  EXPECT_EQ("", proxyOf({{"HTTP_PROXY", "a.test"}}, "http://x.test"));
}

TEST(Proxy, whatIsReachedDirectly) {
  struct Case {
    const char* direct;
    const char* url;
    bool isDirect;
  };
  for (const Case& one : {
           Case{"*", "https://x.test", true},
           Case{"x.test", "https://x.test", true},
           Case{"x.test", "https://api.x.test", true},
           Case{".x.test", "https://api.x.test", true},
           Case{".x.test", "https://x.test", true},
           Case{"x.test", "https://notx.test", false},
           Case{"api.x.test", "https://x.test", false},
           Case{"X.Test.", "https://x.test", true},
           Case{"a.test, x.test", "https://x.test", true},
           Case{"a.test x.test", "https://x.test", true},
           Case{"a.test,,", "https://x.test", false},
           Case{"x.test:8443", "https://x.test:8443", true},
           Case{"x.test:8443", "https://x.test", false},
           Case{"x.test:443", "https://x.test", true},
           Case{"127.0.0.1", "https://127.0.0.1:1", true},
           Case{"127.0.0.1", "https://127.0.0.2", false},
           Case{"0.0.1", "https://127.0.0.1", false},
           Case{"10.0.0.0/8", "https://10.1.2.3", true},
           Case{"10.0.0.0/8", "https://11.1.2.3", false},
           Case{"10.0.0.0/33", "https://10.1.2.3", false},
           Case{"10.0.0.0/x", "https://10.1.2.3", false},
           Case{"0.0.0.0/0", "https://10.1.2.3", true},
           Case{"10.0.0.0/8", "https://ten.test", false},
           Case{"::1", "https://[::1]", true},
           Case{"[::1]", "https://[::1]:8443", true},
           Case{"[::1]:8443", "https://[::1]:8443", true},
           Case{"[::1]:8443", "https://[::1]", false},
           Case{"[::1", "https://x.test", false},
           Case{"fd00::/8", "https://[fd12::1]", true},
           Case{"fd00::/8", "https://[fe80::1]", false},
           Case{"", "http://localhost:1", false},
           Case{"localhost", "http://localhost:1", true},
       }) {
    const std::string proxy = proxyOf({{"all_proxy", "p.test"}, {"NO_PROXY", one.direct}}, one.url);
    EXPECT_EQ(one.isDirect ? "" : "p.test", proxy) << one.direct << ' ' << one.url;
  }
}

TEST(Proxy, noProxyInLowerCaseGoesFirst) {
  const Map values{{"all_proxy", "p.test"}, {"no_proxy", "a.test"}, {"NO_PROXY", "*"}};
  EXPECT_EQ("p.test", proxyOf(values, "https://x.test"));
}

TEST(Proxy, faultsNameTheVariableAndNoSecret) {
  for (const char* value : {"socks5://user:hunter2@p.test", "http://user:hunter2@p.test:99999",
                            "https://user:hunter2@p.test"}) {
    const auto settings = from({{"https_proxy", value}});
    ASSERT_FALSE(settings) << value;
    EXPECT_TRUE(settings.error().message.starts_with("https_proxy: ")) << settings.error().message;
    EXPECT_EQ(std::string::npos, settings.error().message.find("hunter2"));
  }
}

TEST(Proxy, credentials) {
  const auto settings = from({{"http_proxy", "http://us%65r:p%40ss@p.test"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ("Basic dXNlcjpwQHNz", proxyAuthorization(settings->http));
  EXPECT_EQ("", proxyAuthorization(wire::ProxyUrl()));
}

}  // namespace
}  // namespace sluice::upstream
