// A program that knows one command only, `plugins info --json FILE`, for tests of inspectInChild().
// For a file called floods.so it prints without end.
#include <cstdio>
#include <cstring>

#include "plugins/registry.hpp"

int main(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[3], "--json") != 0) return 2;
  if (std::strstr(argv[4], "/floods.so") != nullptr) {
    while (std::puts("and so on") >= 0) {
    }
  }
  return sluice::plugins::printInfo(argv[4]);
}
