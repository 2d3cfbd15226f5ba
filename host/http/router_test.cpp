#include "http/router.hpp"

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

void restateHere(Answer& answer, const wire::RequestHead&, std::string_view) {
  answer.body = "restated";
}

struct RouterTest : testing::Test {
  Router router;
  std::string rest;

  void add(std::string method, std::string path, bool versioned = true) {
    Route route{std::move(method), std::move(path), tellHandler()};
    route.versioned = versioned;
    router.add(std::move(route));
  }
  RouterTest() {
    add("POST", "/chat/completions");
    add("GET", "/models");
    add("GET", "/models/{id...}");
    add("POST", "/admin/reload", false);
    add("GET", "/", false);
  }
  // The path of the route found.
  std::string find(std::string_view method, std::string_view path) {
    const Route* route = router.find(method, path, rest);
    return route == nullptr ? "none" : route->path;
  }
};

TEST_F(RouterTest, findsWithAndWithoutVersion) {
  EXPECT_EQ("/chat/completions", find("POST", "/chat/completions"));
  EXPECT_EQ("/chat/completions", find("POST", "/v1/chat/completions"));
  EXPECT_EQ("none", find("POST", "/v2/chat/completions"));
  EXPECT_EQ("none", find("POST", "/v1/v1/chat/completions"));
  EXPECT_EQ("/admin/reload", find("POST", "/admin/reload"));
  EXPECT_EQ("none", find("POST", "/v1/admin/reload"));
  EXPECT_EQ("/", find("GET", "/"));
  EXPECT_EQ("none", find("GET", "/v1"));
}

TEST_F(RouterTest, slashesTooManyCountAsOne) {
  EXPECT_EQ("/chat/completions", find("POST", "//v1//chat///completions//"));
  EXPECT_EQ("/models", find("GET", "/v1//models/"));
}

TEST_F(RouterTest, theRestIsTakenWithItsSlashes) {
  EXPECT_EQ("/models/{id...}", find("GET", "/v1/models/groq/llama-3.3"));
  EXPECT_EQ("groq/llama-3.3", rest);
  EXPECT_EQ("/models/{id...}", find("GET", "/models//groq/llama/"));
  EXPECT_EQ("groq/llama", rest);
}

TEST_F(RouterTest, escapesAreUndoneButDivideNothing) {
  EXPECT_EQ("/models/{id...}", find("GET", "/v1/models/groq%2Fllama%203%25"));
  EXPECT_EQ("groq/llama 3%", rest);
  EXPECT_EQ("/models", find("GET", "/%6dodels"));
  EXPECT_EQ("none", find("POST", "/admin%2Freload"));
  EXPECT_EQ("none", find("POST", "/v1%2fchat/completions"));
}

TEST_F(RouterTest, malformedEscapesFindNothing) {
  for (const char* path : {"/models/%", "/models/%4", "/models/%4g", "/models/%00", "/models/%7f",
                           "/models/%0a", "/models/a%-1"}) {
    EXPECT_FALSE(isWellEscaped(path)) << path;
    EXPECT_EQ("none", find("GET", path)) << path;
    EXPECT_EQ("", router.methods(path)) << path;
  }
  EXPECT_TRUE(isWellEscaped("/models/%41%e2%82%AC"));
}

TEST_F(RouterTest, methodsAreTold) {
  EXPECT_EQ("/models", find("HEAD", "/models"));
  EXPECT_EQ("none", find("get", "/models"));
  EXPECT_EQ("none", find("DELETE", "/models"));
  EXPECT_EQ("GET, HEAD, OPTIONS", router.methods("/v1/models"));
  EXPECT_EQ("POST, OPTIONS", router.methods("/chat/completions/"));
  EXPECT_EQ("", router.methods("/nothing"));
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", router.methods("*"));
}

TEST_F(RouterTest, errorsAreToldAlikeAtAPathAndBelow) {
  Route route{"POST", "/messages", tellHandler()};
  route.versioned = true;
  route.restate = restateHere;
  router.add(std::move(route));
  for (const char* path : {"/messages", "/v1/messages/", "//v1/%6dessages", "/v1/messages/batches"})
    EXPECT_EQ(&restateHere, router.restateAt(path)) << path;
  for (const char* path : {"", "/", "*", "/v1", "/v1/messagesx", "/v1%2fmessages", "/v2/messages",
                           "/models", "/messages/%", "/messages%"})
    EXPECT_EQ(nullptr, router.restateAt(path)) << path;
}

// --- as clients see it ---

TEST_F(ServerTest, tellsWhatIsNotThere) {
  startTelling();
  const Reply none = ask("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(404, none.status);
  EXPECT_EQ(
      "{\"error\":{\"message\":\"There is nothing at /none.\",\"type\":"
      "\"invalid_request_error\",\"param\":null,\"code\":\"not_found\"}}",
      none.body);
  const Reply method = ask("DELETE /tell HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(405, method.status);
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", method.field("allow"));
  EXPECT_NE(std::string::npos, method.body.find("DELETE is not allowed at /tell"));
  EXPECT_EQ(400, ask("GET /tell/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
}

TEST_F(ServerTest, tellsWhatIsRefusedBeforeTheRouteInTheWordsOfThePath) {
  struct Refused {
    int status;
    std::string method, below, fields;
  };
  const Refused all[] = {{405, "GET", "", "Host: localhost\r\n"},
                         {404, "POST", "/below", "Host: localhost\r\n"},
                         {403, "POST", "", "Host: localhost\r\nOrigin: https://evil.example\r\n"},
                         {421, "POST", "", "Host: evil.example\r\n"},
                         {417, "POST", "", "Host: localhost\r\nExpect: much\r\n"},
                         {400, "POST", "", "Host: localhost\r\nContent-Length: x\r\n"}};
  Route here{"POST", "/here", tellHandler()};
  here.restate = restateHere;
  router.add(std::move(here));
  route("POST", "/there", tellHandler());
  start();
  for (const Refused& one : all) {
    const auto askAt = [&](std::string_view path) {
      return ask(one.method + " " + std::string(path) + one.below + " HTTP/1.1\r\n" + one.fields +
                 "\r\n");
    };
    const Reply restated = askAt("/here"), other = askAt("/there");
    EXPECT_EQ(one.status, restated.status);
    EXPECT_EQ("restated", restated.body) << one.status;
    EXPECT_EQ(one.status, other.status);
    EXPECT_TRUE(other.body.starts_with(R"({"error":)")) << other.body;
  }
}

TEST_F(ServerTest, tellsOptions) {
  startTelling();
  const Reply options = ask("OPTIONS /tell HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(204, options.status);
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", options.field("allow"));
  const Reply all = ask("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(204, all.status);
  EXPECT_EQ("GET, HEAD, POST, OPTIONS", all.field("allow"));
  EXPECT_EQ(404, ask("OPTIONS /none HTTP/1.1\r\nHost: localhost\r\n\r\n").status);
}

TEST_F(ServerTest, takesJsonOnlyWhereToldTo) {
  Route json{"POST", "/json", tellHandler()};
  json.json = true;
  router.add(std::move(json));
  startTelling();
  const auto post = [this](std::string_view path, std::string_view fields) {
    return ask("POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" +
               std::string(fields) + "Content-Length: 2\r\n\r\n{}");
  };
  EXPECT_EQ(200, post("/json", "").status);
  EXPECT_EQ(200, post("/json", "Content-Type: application/json\r\n").status);
  EXPECT_EQ(200, post("/json", "Content-Type: Application/JSON ; charset=utf-8\r\n").status);
  EXPECT_EQ(200, post("/json", "Content-Encoding: identity\r\n").status);
  const Reply form = post("/json", "Content-Type: application/x-www-form-urlencoded\r\n");
  EXPECT_EQ(415, form.status);
  EXPECT_NE(std::string::npos, form.body.find("Content-Type: application/json"));
  EXPECT_EQ(415, post("/json", "Content-Type: text/plain\r\n").status);
  EXPECT_EQ(415, post("/json", "Content-Type: application/jsonp\r\n").status);
  EXPECT_EQ(415, post("/json", "Content-Type:\r\n").status);
  EXPECT_EQ(415, post("/json", "Content-Encoding: gzip\r\n").status);
  EXPECT_EQ(200, post("/tell", "Content-Type: text/plain\r\n").status);
}

}  // namespace
}  // namespace sluice::http::test
