#include "http/auth.hpp"

#include "http/http_fixture.hpp"

namespace sluice::http::test {
namespace {

struct AuthTest : ServerTest {
  AuthTest() {
    Route admin{"POST", "/admin", tellHandler()};
    admin.needs = Needs::admin;
    router.add(std::move(admin));
    Route open{"GET", "/open", tellHandler()};
    open.needs = Needs::none;
    router.add(std::move(open));
    routeTell();
  }
  void useKeys() {
    auth.mode = config::AuthMode::keys;
    auth.clientKeys.emplace_back("first-key");
    auth.clientKeys.emplace_back("second-key");
  }
  Reply get(std::string_view path, std::string_view fields = {}) {
    return ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" +
               std::string(fields) + "\r\n");
  }
  Reply post(std::string_view path, std::string_view fields = {}) {
    return ask("POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" +
               std::string(fields) + "\r\n");
  }
};

TEST_F(AuthTest, openModeAsksForNoKey) {
  start();
  EXPECT_EQ(200, get("/tell").status);
  EXPECT_EQ(200, get("/tell", "Authorization: Bearer anything\r\n").status);
}

TEST_F(AuthTest, keysAreTakenWhereverClientsPutThem) {
  useKeys();
  start();
  for (const char* fields :
       {"Authorization: Bearer first-key\r\n", "authorization: bearer  second-key \r\n",
        "x-api-key: first-key\r\n", "api-key: second-key\r\n", "X-Goog-Api-Key: first-key\r\n",
        "Authorization: Bearer \r\nx-api-key: first-key\r\n",
        "x-api-key:\r\napi-key: first-key\r\n"}) {
    EXPECT_EQ(200, get("/tell", fields).status) << fields;
  }
  EXPECT_EQ(200, get("/open").status);
}

TEST_F(AuthTest, otherKeysAreRefused) {
  useKeys();
  start();
  for (const char* fields :
       {"", "Authorization: Bearer first-ke\r\n", "Authorization: Bearer first-keys\r\n",
        "Authorization: Bearer\r\n", "Authorization: first-key\r\n", "Authorization: Bearer \r\n",
        "Authorization: Basic first-key\r\n", "x-api-key:\r\n", "x-api-key: FIRST-KEY\r\n",
        "x-admin-token: first-key\r\n"}) {
    const Reply reply = get("/tell", fields);
    EXPECT_EQ(401, reply.status) << fields;
    EXPECT_EQ("Bearer", reply.field("www-authenticate"));
    EXPECT_NE(std::string::npos, reply.body.find("\"type\":\"invalid_request_error\""));
    EXPECT_NE(std::string::npos, reply.body.find("\"code\":\"invalid_api_key\""));
    EXPECT_EQ(std::string::npos, reply.body.find("first-ke")) << "keys are not repeated";
  }
}

TEST_F(AuthTest, ofSeveralKeysTheFirstPlaceCounts) {
  useKeys();
  start();
  EXPECT_EQ(200, get("/tell", "x-api-key: wrong\r\nAuthorization: Bearer first-key\r\n").status);
  EXPECT_EQ(401, get("/tell", "x-api-key: first-key\r\nAuthorization: Bearer wrong\r\n").status);
  EXPECT_EQ(401, get("/tell", "api-key: first-key\r\nx-api-key: wrong\r\n").status);
  EXPECT_EQ(200, get("/tell", "x-api-key: first-key\r\nAuthorization: Basic abc\r\n").status);
}

TEST_F(AuthTest, modeKeysWithoutAKeyAdmitsNobody) {
  auth.mode = config::AuthMode::keys;
  auth.clientKeys.emplace_back("");
  start();
  EXPECT_EQ(401, get("/tell", "x-api-key:\r\n").status);
  EXPECT_EQ(401, get("/tell").status);
}

TEST_F(AuthTest, theAdminTokenIsNeededInEveryMode) {
  auth.adminToken = Secret("token");
  start();
  const Reply none = post("/admin");
  EXPECT_EQ(401, none.status);
  EXPECT_NE(std::string::npos, none.body.find("\"code\":\"invalid_admin_token\""));
  EXPECT_EQ(401, post("/admin", "x-admin-token: wrong\r\n").status);
  EXPECT_EQ(401, post("/admin", "x-api-key: token\r\n").status);
  EXPECT_EQ(401, post("/admin", "x-admin-token: wrong\r\nAuthorization: Bearer token\r\n").status);
  EXPECT_EQ(200, post("/admin", "x-admin-token: token\r\n").status);
  EXPECT_EQ(200, post("/admin", "Authorization: Bearer token\r\n").status);
}

TEST_F(AuthTest, clientKeysAreNoAdminTokens) {
  useKeys();
  auth.adminToken = Secret("token");
  start();
  EXPECT_EQ(401, post("/admin", "Authorization: Bearer first-key\r\n").status);
  EXPECT_EQ(401, get("/tell", "Authorization: Bearer token\r\n").status);
  EXPECT_EQ(200,
            post("/admin", "Authorization: Bearer first-key\r\nx-admin-token: token\r\n").status);
}

TEST_F(AuthTest, withoutATokenTheAdminEndpointsAreOff) {
  start();
  for (const char* fields : {"", "x-admin-token:\r\n", "Authorization: Bearer \r\n"}) {
    const Reply reply = post("/admin", fields);
    EXPECT_EQ(403, reply.status);
    EXPECT_NE(std::string::npos, reply.body.find("auth.admin_token"));
    EXPECT_NE(std::string::npos, reply.body.find("\"type\":\"permission_error\""));
  }
}

TEST_F(AuthTest, newSettingsHoldForTheNextRequest) {
  useKeys();
  start();
  RawClient client = connect();
  const std::string request =
      "GET /tell HTTP/1.1\r\nHost: localhost\r\nx-api-key: first-key\r\n\r\n";
  EXPECT_EQ(200, ask(client, request).status);
  auth.clientKeys.erase(auth.clientKeys.begin());
  face->configure(settings());
  EXPECT_EQ(401, ask(client, request).status);
}

}  // namespace
}  // namespace sluice::http::test
