#include "config/outline.hpp"

#include <algorithm>
#include <utility>

#include "config/events.hpp"
#include "config/text_check.hpp"

namespace sluice::config {

namespace {

constexpr unsigned kMaxDepth = 64;

class Drawer {
 public:
  explicit Drawer(std::string_view text) : events_(text) {}

  std::optional<Outline> draw() {
    std::optional<Outline> root;
    for (Event event = next(); event.kind != Event::Kind::end; event = next()) {
      if (event.kind != Event::Kind::document) continue;
      if (root) return std::nullopt;
      if (!value(next(), 0, root.emplace())) return std::nullopt;
    }
    if (!events_.faults().empty()) return std::nullopt;
    return root ? std::move(root) : Outline();
  }

 private:
  Event next() {
    Event event = events_.next();
    if (event.placed) lastEnd_ = std::max(lastEnd_, event.end);
    return event;
  }

  bool value(const Event& event, unsigned depth, Outline& out) {
    out.flow = event.flow;
    out.plain = event.plain;
    out.anchored = !event.anchor.empty() || event.tagged;
    out.written = event.placed && (event.kind != Event::Kind::scalar || event.end > event.begin);
    out.begin = event.begin;
    out.end = event.end;
    out.line = event.line;
    out.column = event.column;
    if (depth >= kMaxDepth) return false;
    switch (event.kind) {
      case Event::Kind::scalar: out.text = event.text; return true;
      case Event::Kind::alias: out.kind = Outline::Kind::alias; return true;
      case Event::Kind::map: return map(depth, out);
      case Event::Kind::list: return list(depth, out);
      default: return false;
    }
  }

  bool map(unsigned depth, Outline& out) {
    out.kind = Outline::Kind::map;
    for (;;) {
      Event event = next();
      if (event.kind == Event::Kind::mapEnd) return close(event, out);
      Outline::Entry& entry = out.entries.emplace_back();
      if (!value(event, depth + 1, entry.key) || !value(next(), depth + 1, entry.value)) {
        return false;
      }
    }
  }

  bool list(unsigned depth, Outline& out) {
    out.kind = Outline::Kind::list;
    for (;;) {
      Event event = next();
      if (event.kind == Event::Kind::listEnd) return close(event, out);
      if (!value(event, depth + 1, out.items.emplace_back())) return false;
    }
  }

  // A value in brackets ends with its bracket, another with the last thing in it.
  bool close(const Event& event, Outline& out) {
    if (out.flow) lastEnd_ = std::max(lastEnd_, event.end);
    out.end = lastEnd_;
    return true;
  }

  Events events_;
  std::size_t lastEnd_ = 0;
};

}  // namespace

const Outline::Entry* Outline::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key.kind == Kind::scalar && entry.key.text == key) return &entry;
  }
  return nullptr;
}

std::optional<Outline> outlineOf(std::string_view text) {
  if (checkText(text)) return std::nullopt;
  return Drawer(text).draw();
}

}  // namespace sluice::config
