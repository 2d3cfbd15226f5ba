// A program that knows one command only, `plugins info --json FILE`, for tests of inspectInChild().
#include <cstring>

#include "plugins/registry.hpp"

int main(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[3], "--json") != 0) return 2;
  return sluice::plugins::printInfo(argv[4]);
}
