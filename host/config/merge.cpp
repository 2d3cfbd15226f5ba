#include "config/merge.hpp"

#include <iterator>
#include <unordered_map>
#include <utility>

namespace sluice::config {

namespace {

const char* nameOf(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::map: return "a map";
    case Node::Kind::list: return "a list";
    case Node::Kind::scalar: break;
  }
  return "a value";
}

class Merge {
 public:
  explicit Merge(Report& report) : report_(report) {}

  void maps(Node& including, Node&& included, unsigned depth, const char* once) {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < including.entries.size(); ++i) {
      places.emplace(including.entries[i].key, i);
    }
    for (Node::Entry& entry : included.entries) {
      const auto place = places.find(entry.key);
      if (place == places.end()) {
        including.entries.push_back(std::move(entry));
        continue;
      }
      Node::Entry& first = including.entries[place->second];
      if (once == nullptr) {
        both(first, std::move(entry), depth);
      } else {
        report_.fault(entry.mark, std::string(once) + " '" + entry.key +
                                      "' is already defined at " + report_.where(first.mark));
      }
    }
  }

 private:
  void both(Node::Entry& first, Node::Entry&& second, unsigned depth) {
    if (second.value.isNull()) return;
    if (first.value.isNull()) {
      first = std::move(second);
    } else if (first.value.kind != second.value.kind) {
      report_.fault(second.mark, "'" + second.key + "' is " + nameOf(second.value.kind) +
                                     " here, but " + nameOf(first.value.kind) + " at " +
                                     report_.where(first.mark));
    } else if (first.value.kind == Node::Kind::map) {
      maps(first.value, std::move(second.value), depth + 1,
           depth == 0 ? onceIn(first.key) : nullptr);
    } else if (first.value.kind == Node::Kind::list) {
      std::move(second.value.items.begin(), second.value.items.end(),
                std::back_inserter(first.value.items));
    }
  }

  // What the members of a top-level map are, if each may be said in one place only.
  static const char* onceIn(std::string_view section) {
    if (section == "providers") return "provider";
    if (section == "virtual_models") return "virtual model";
    return nullptr;
  }

  Report& report_;
};

}  // namespace

void mergeInto(Node& including, Node&& included, Report& report) {
  Merge(report).maps(including, std::move(included), 0, nullptr);
}

}  // namespace sluice::config
