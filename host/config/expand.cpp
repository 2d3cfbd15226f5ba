#include "config/expand.hpp"

#include <algorithm>
#include <utility>

namespace sluice::config {

namespace {

constexpr std::size_t kMaxTextBytes = 16 << 20;  // of all that is put in

class Expansion {
 public:
  Expansion(const Lookup& lookup, Report& report) : lookup_(lookup), report_(report) {}

  void walk(Node& node) {
    for (Node& item : node.items) walk(item);
    for (Node::Entry& entry : node.entries) walk(entry.value);
    if (node.kind == Node::Kind::scalar && node.text.find('$') != std::string::npos) scalar(node);
  }

 private:
  void scalar(Node& node) {
    const std::string written = std::exchange(node.text, {});
    std::string_view rest = written;
    while (!rest.empty()) {
      const std::size_t dollar = rest.find('$');
      node.text += rest.substr(0, dollar);
      if (dollar == rest.npos) break;
      rest.remove_prefix(dollar + 1);
      if (rest.starts_with('$')) {
        node.text += '$';
        rest.remove_prefix(1);
      } else if (!variable(node, rest)) {
        break;
      }
    }
  }

  // `rest` begins behind a `$`; takes `{...}` off it.
  bool variable(Node& node, std::string_view& rest) {
    const std::size_t end = rest.starts_with('{') ? rest.find('}') : rest.npos;
    if (end == rest.npos) {
      return refuse(node, "a '$' begins a variable such as ${NAME}; write '$$' for a plain '$'");
    }
    const std::string_view inside = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    const std::size_t nameEnd = std::min(inside.find(':'), inside.size());
    const std::string name(inside.substr(0, nameEnd));
    const std::string_view behind = inside.substr(nameEnd);
    if (!isVariableName(name) || (!behind.empty() && !behind.starts_with(":-"))) {
      return refuse(node, "a variable is written ${NAME} or ${NAME:-default}");
    }
    if (behind.find('$') != behind.npos) {
      return refuse(node, "a variable's default cannot hold a '$'");
    }
    return replace(node, name, behind);
  }

  bool replace(Node& node, const std::string& name, std::string_view behind) {
    node.replaced = true;
    std::optional<std::string> value = lookup_ ? lookup_(name) : std::nullopt;
    if (!value || value->empty()) {
      if (behind.empty()) {
        if (node.unset.empty() || node.unset.back() != name) node.unset.push_back(name);
        return true;
      }
      value = std::string(behind.substr(2));
    }
    bytes_ += value->size();
    if (bytes_ > kMaxTextBytes) return refuse(node, "the variables' values are more than 16 MiB");
    node.text += *value;
    return true;
  }

  bool refuse(Node& node, const char* why) {
    report_.fault(node.mark, why);
    node.broken = true;
    return false;
  }

  const Lookup& lookup_;
  Report& report_;
  std::size_t bytes_ = 0;
};

}  // namespace

bool isBareVariable(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return false;
  text = text.substr(2, text.size() - 3);
  if (text.ends_with(":-")) text.remove_suffix(2);
  return isVariableName(text);
}

void expandVariables(Node& node, const Lookup& lookup, Report& report) {
  Expansion(lookup, report).walk(node);
}

}  // namespace sluice::config
