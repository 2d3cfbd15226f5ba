// bench_load MODE [options]: puts load on a gateway and measures what it takes. See modes.hpp.
#include <Poco/Net/ServerSocket.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "modes.hpp"

namespace sluice::bench {

int runPorts(Arguments& arguments) {
  std::vector<Poco::Net::ServerSocket> held(arguments.number("count", 1));
  arguments.finish();
  for (Poco::Net::ServerSocket& socket : held) {
    socket.bind(loopback(0), true);
    std::printf("%u\n", static_cast<unsigned>(socket.address().port()));
  }
  return 0;
}

}  // namespace sluice::bench

int main(int argc, char** argv) {
  using namespace sluice::bench;
  const std::map<std::string, int (*)(Arguments&)> modes{{"requests", runRequests},
                                                         {"streams", runStreams},
                                                         {"start", runStart},
                                                         {"wait", runWait},
                                                         {"ports", runPorts}};
  try {
    const auto mode = modes.find(argc > 1 ? argv[1] : "");
    if (mode == modes.end()) failUsage("usage: bench_load requests|streams|start|wait|ports ...");
    Arguments arguments(argc, argv, 2);
    return mode->second(arguments);
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "bench_load: %s\n", fault.what());
    return 1;
  }
}
