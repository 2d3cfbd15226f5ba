// Router: which handler a method and a path belong to.
// Doubled and trailing slashes count as none. Escapes (%41) are undone inside a segment: an escaped
// slash never divides a path, so that a rule of a proxy before us cannot be passed by with one.
// Threads: immutable once built.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/auth.hpp"
#include "http/handler.hpp"

namespace sluice::http {

struct Route {
  std::string method;  // GET answers HEAD too
  std::string path;    // "/models"; a last segment {id...} takes the rest, at least one segment
  std::shared_ptr<LoopHandler> handler;
  Needs needs = Needs::client;
  bool versioned = false;      // is also found below /v1
  bool json = false;           // takes a body, and only JSON
  bool whileDraining = false;  // answers until the end
  Restate restate = nullptr;   // of errors that need no handler; null: they are OpenAI's
};

class Router {
 public:
  void add(Route route);

  // The route, or nullptr. `rest`: what {id...} took, escapes undone.
  const Route* find(std::string_view method, std::string_view path, std::string& rest) const;

  // How errors are told at a path, or below one, whose routes tell them in their own way, whatever
  // the method.
  Restate restateAt(std::string_view path) const;

  // For Allow: the methods of a path, "GET, HEAD, OPTIONS"; empty if there is no such path. For the
  // path `*`, those of all.
  std::string methods(std::string_view path) const;

 private:
  struct Entry {
    Route route;
    std::vector<std::string> segments;
    bool takesRest = false;
  };
  // Whether the path is the entry's or lies below; `rest`: what is below.
  static bool leads(const Entry& entry, std::string_view path, std::string_view& rest);
  static bool matches(const Entry& entry, std::string_view path, std::string_view& rest);
  std::vector<Entry> entries_;
};

// Whether each % begins an escape of two digits, of a byte other than a control byte.
bool isWellEscaped(std::string_view path) noexcept;

}  // namespace sluice::http
