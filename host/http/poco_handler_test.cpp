#include "http/poco_handler.hpp"

#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/StreamCopier.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "http/http_fixture.hpp"
#include "http/poco_request.hpp"
#include "http/poco_response.hpp"

namespace sluice::http::test {
namespace {

using Poco::Net::HTTPRequestHandler;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

using Function = std::function<void(HTTPServerRequest&, HTTPServerResponse&)>;

PocoFactory factory(const Function& function) {
  class Handler : public HTTPRequestHandler {
   public:
    explicit Handler(Function function) : function_(std::move(function)) {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
      function_(request, response);
    }

   private:
    Function function_;
  };
  return [function](const HTTPServerRequest&) { return std::make_unique<Handler>(function); };
}

// A door that one thread waits at until another opens it.
class Door {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting;
    opened_.wait(lock, [this] { return open_; });
  }
  std::atomic<int> waiting = 0;

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

struct PocoHandlerTest : ServerTest {
  io::WorkerPool workers{1, 1};
  Door door;

  ~PocoHandlerTest() override {
    door.open();
    face.reset();
  }
  void onLoop(const std::string& path, const Function& function) {
    route("GET", path, std::make_shared<PocoHandler>(factory(function)));
    route("POST", path, std::make_shared<PocoHandler>(factory(function)));
  }
  void onWorker(const std::string& path, const Function& function) {
    route("GET", path, std::make_shared<PocoHandler>(factory(function), workers));
    route("POST", path, std::make_shared<PocoHandler>(factory(function), workers));
  }
  static std::string get(std::string_view path) {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }
};

TEST_F(PocoHandlerTest, seesTheRequestAsItCame) {
  const Function look = [](HTTPServerRequest& request, HTTPServerResponse& response) {
    std::string body;
    Poco::StreamCopier::copyToString(request.stream(), body);
    std::ostream& out = response.send();
    out << request.getMethod() << ' ' << request.getURI() << ' ' << request.getVersion() << ' '
        << request.get("X-Raw") << ' ' << request.getHost() << ' ' << request.getContentLength()
        << ' ' << request.clientAddress().host().toString() << ' ' << request.secure() << ' '
        << request.serverParams().getKeepAlive() << ' ' << PocoRequest::of(request).pathRest()
        << ' ' << (PocoRequest::of(request).requestId().size()) << ' ' << body;
    EXPECT_EQ(&response, &request.response());
    EXPECT_NE(0, request.serverAddress().port());
  };
  onLoop("/loop/{rest...}", look);
  onWorker("/worker/{rest...}", look);
  start();
  for (const std::string path : {"/loop", "/worker"}) {
    const Reply reply = ask("POST " + path +
                            "/a%20b?q=%41 HTTP/1.1\r\nHost: localhost\r\nX-Raw: "
                            "=?UTF-8?B?U0VDUkVU?=\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(200, reply.status);
    EXPECT_EQ("POST " + path +
                  "/a%20b?q=%41 HTTP/1.1 =?UTF-8?B?U0VDUkVU?= localhost 5 127.0.0.1 0 1 a b 28 "
                  "hello",
              reply.body);
  }
}

TEST_F(PocoHandlerTest, statusAndFieldsAreTheHandlers) {
  onWorker("/made", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.setStatusAndReason(HTTPServerResponse::HTTP_CREATED);
    response.setContentType("application/json");
    response.set("X-Mine", "yes");
    response.setContentLength(999);  // what is said of the body is not believed
    response.setChunkedTransferEncoding(true);
    response.setKeepAlive(false);
    response.sendBuffer("{}", 2);
  });
  start();
  RawClient client = connect();
  for (int i = 0; i < 2; ++i) {
    const Reply reply = ask(client, get("/made"));
    EXPECT_EQ(201, reply.status);
    EXPECT_EQ("application/json", reply.field("content-type"));
    EXPECT_EQ("yes", reply.field("x-mine"));
    EXPECT_EQ("2", reply.field("content-length"));
    EXPECT_EQ("", reply.field("transfer-encoding"));
    EXPECT_EQ("{}", reply.body);
  }
}

TEST_F(PocoHandlerTest, redirectsFilesAndChallenges) {
  onLoop("/redirect", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.redirect("http://localhost/elsewhere");
  });
  onLoop("/challenge", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.requireAuthentication("here");
    response.send();
  });
  onWorker("/file", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.sendFile("/proc/self/comm", "text/plain");
  });
  onWorker("/nofile", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.sendFile("/nonexistent", "text/plain");
  });
  start();
  const Reply redirect = ask(get("/redirect"));
  EXPECT_EQ(302, redirect.status);
  EXPECT_EQ("http://localhost/elsewhere", redirect.field("location"));
  const Reply challenge = ask(get("/challenge"));
  EXPECT_EQ(401, challenge.status);
  EXPECT_EQ("Basic realm=\"here\"", challenge.field("www-authenticate"));
  const Reply file = ask(get("/file"));
  EXPECT_EQ("text/plain", file.field("content-type"));
  EXPECT_NE("", file.body);
  EXPECT_EQ(500, ask(get("/nofile")).status);
}

TEST_F(PocoHandlerTest, whatAHandlerThrowsIsA500) {
  onLoop("/loop", [](HTTPServerRequest&, HTTPServerResponse&) {
    throw Poco::NotFoundException("secret detail");
  });
  onWorker("/worker", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.send() << "half an answer";
    throw std::runtime_error("secret detail");
  });
  onWorker("/odd", [](HTTPServerRequest&, HTTPServerResponse&) { throw 7; });
  onWorker("/silent", [](HTTPServerRequest&, HTTPServerResponse&) {});
  onWorker("/inject", [](HTTPServerRequest&, HTTPServerResponse& response) {
    response.set("X-Mine", "a\r\nX-Other: b");
    response.send();
  });
  onWorker("/huge", [](HTTPServerRequest&, HTTPServerResponse& response) {
    const std::string much(1 << 20, 'x');
    for (int i = 0; i < 17; ++i) response.send() << much;
  });
  start();
  RawClient client = connect();
  for (const char* path : {"/loop", "/worker", "/odd", "/silent", "/inject", "/huge"}) {
    const Reply reply = ask(client, get(path));
    EXPECT_EQ(500, reply.status) << path;
    EXPECT_NE(std::string::npos, reply.body.find("\"type\":\"server_error\"")) << path;
    EXPECT_EQ(std::string::npos, reply.body.find("secret")) << path;
    EXPECT_EQ("", reply.field("x-other"));
  }
}

TEST_F(PocoHandlerTest, theLoopGoesOnWhileAWorkerWorksAndAFullQueueSaysSo) {
  onWorker("/slow", [this](HTTPServerRequest&, HTTPServerResponse& response) {
    door.wait();
    response.send() << "done";
  });
  onLoop("/quick",
         [](HTTPServerRequest&, HTTPServerResponse& response) { response.send() << "q"; });
  start();
  RawClient running = connect();
  running.send(get("/slow"));
  EXPECT_TRUE(eventually([&] { return door.waiting == 1; }));
  RawClient queued = connect();
  feed(queued, get("/slow"));
  const Reply busy = ask(get("/slow"));
  EXPECT_EQ(503, busy.status);
  EXPECT_NE("", busy.field("retry-after"));
  EXPECT_EQ("q", ask(get("/quick")).body);
  door.open();
  EXPECT_EQ("done", next(running).body);
  EXPECT_EQ("done", next(queued).body);
}

TEST_F(PocoHandlerTest, aClientMayLeaveWhileAWorkerWorks) {
  onWorker("/slow", [this](HTTPServerRequest& request, HTTPServerResponse& response) {
    door.wait();
    std::string body;  // is still there, although the connection is not
    Poco::StreamCopier::copyToString(request.stream(), body);
    EXPECT_EQ("hello", body);
    response.send() << body;
  });
  start();
  RawClient client = connect();
  client.send("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_TRUE(eventually([&] { return door.waiting == 1; }));
  client.close();
  EXPECT_TRUE(allClosed());
}

}  // namespace
}  // namespace sluice::http::test
