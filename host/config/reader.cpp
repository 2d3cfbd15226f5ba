#include "config/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/core_schema.hpp"
#include "config/fields.hpp"
#include "config/include.hpp"
#include "config/value_json.hpp"

namespace sluice::config {

namespace {

std::string inQuotes(std::string_view text) { return '\'' + std::string(text) + '\''; }

// What a node is, for "must be ..., not ...". A value that came from a variable is not shown.
std::string describe(const Node& node) {
  constexpr std::size_t kLongest = 40;
  if (node.kind == Node::Kind::map) return "a map";
  if (node.kind == Node::Kind::list) return "a list";
  if (node.isNull()) return "empty";
  if (node.replaced) return "what its variable holds";
  if (node.text.size() > kLongest) return "a long text";
  return (node.plain ? "" : "the text ") + inQuotes(node.text);
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

// What a name in the file says of the element: its name, or provider/model.
void setName(Provider& provider, std::string_view name) { provider.name = name; }
void setName(VirtualModel& model, std::string_view name) { model.name = name; }
void setName(Model& model, std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == name.npos) return;
  model.provider = name.substr(0, slash);
  model.name = name.substr(slash + 1);
}

template <class T>
struct IsDuration : std::false_type {};
template <class Rep, class Period>
struct IsDuration<std::chrono::duration<Rep, Period>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

class Reader {
 public:
  Reader(Places& places, Report& report) : places_(places), report_(report) {}

  // `mark` is where a fault of the whole object is shown: at its name.
  template <class T>
  void object(const Node& node, Mark mark, const std::string& path, T& value) {
    static const Node kNothing = emptyMap();
    const Node& map = node.isNull() ? kNothing : node;
    if (!is(Node::Kind::map, map, path)) return;
    frames_.push_back({&map, mark, path, {}});
    fields(*this, value);
    reportUnknown(frames_.back());
    frames_.pop_back();
  }

  // The visitor of the field table: one member for each kind of field.

  template <class T>
  void number(const Key& key, T& value, Range range) {
    const std::string what =
        "a whole number from " + std::to_string(range.least) + " to " + std::to_string(range.most);
    const Node* const node = scalar(key, what);
    if (node == nullptr) return;
    const auto number = typed(*node) ? text::parseUnsigned(node->text) : std::nullopt;
    if (!number || *number < range.least || *number > range.most) {
      mismatch(*node, pathOf(key), what);
    } else if constexpr (IsDuration<T>::value) {
      value = T(static_cast<typename T::rep>(*number));
    } else if constexpr (IsOptional<T>::value) {
      value = number;
    } else {
      value = static_cast<T>(*number);
    }
  }

  void price(const Key& key, std::optional<Decimal>& value) {
    constexpr std::string_view kWhat = "a number from 0 to 1000000";
    static const Decimal kMost = Decimal::parse("1000000").value_or(Decimal());
    const Node* const node = scalar(key, kWhat);
    if (node == nullptr) return;
    const auto number = typed(*node) ? Decimal::parse(node->text) : std::nullopt;
    if (number && *number <= kMost) value = number;
    else mismatch(*node, pathOf(key), kWhat);
  }

  template <class T>
  void flag(const Key& key, T& value) {
    const Node* const node = scalar(key, "true or false");
    if (node == nullptr) return;
    if (typed(*node) && resolve(node->text) == Plain::boolean) value = isTrue(*node);
    else mismatch(*node, pathOf(key), "true or false");
  }

  template <class E, std::size_t N>
  void choice(const Key& key, E& value, const std::array<std::string_view, N>& names) {
    std::string what;
    for (const std::string_view name : names) {
      if (!what.empty()) what += name == names.back() ? " or " : ", ";
      what += name;
    }
    const Node* const node = scalar(key, what);
    if (node == nullptr) return;
    const auto found = std::find(names.begin(), names.end(), node->text);
    if (found != names.end()) {
      value = static_cast<E>(found - names.begin());
    } else {
      mismatch(*node, pathOf(key), what,
               node->replaced ? "" : didYouMean(node->text, {names.begin(), names.end()}));
    }
  }

  void text(const Key& key, std::string& value, const Rule& rule) {
    const Node* const node = scalar(key, rule.what);
    if (node == nullptr) return;
    if (auto read = ruled(*node, pathOf(key), rule)) value = std::move(*read);
  }

  void texts(const Key& key, std::vector<std::string>& values, const Rule& rule) {
    elements(key, [&](const Node& node, const std::string& path) {
      if (!usable(node, path, rule.what) || leftOut(node)) return;
      if (auto read = ruled(node, path, rule)) values.push_back(std::move(*read));
    });
  }

  void address(const Key& key, std::string& host, std::uint16_t& port) {
    std::string written;
    text(key, written, kListen);
    const auto parts = splitHostPort(written);
    if (!parts || !parts->port) return;
    host = parts->host;
    port = *parts->port;
  }

  void secret(const Key& key, Secret& value) {
    std::string written;
    text(key, written, kSecret);
    if (!written.empty()) value = Secret(std::move(written));
  }

  void secrets(const Key& key, std::vector<Secret>& values) {
    elements(key, [&](const Node& node, const std::string& path) { add(node, path, values); });
  }

  void keyOrKeys(const Key& one, const Key& several, std::vector<Secret>& values) {
    const std::size_t before = unset_.size();
    const Node::Entry* const single = take(one);
    if (single != nullptr) addKey(single->value, pathOf(one), values);
    elements(several,
             [&](const Node& node, const std::string& path) { addKey(node, path, values); });
    const Frame& frame = frames_.back();
    const Node::Entry* const list = frame.map->find(several.name);
    if (single != nullptr && list != nullptr) {
      report_.fault(list->mark, frame.path + " has both '" + std::string(one.name) + "' and '" +
                                    std::string(several.name) + "'");
    }
    if (single != nullptr && values.empty()) return;  // it needs all that its only key does
    // One key that is set is enough: what the others lack does not count then.
    const auto mine = unset_.begin() + static_cast<std::ptrdiff_t>(before);
    if (values.empty()) unsetKeys_.assign(mine, unset_.end());
    unset_.erase(mine, unset_.end());
  }

  void settings(const Key& key, std::string& json) {
    const Node::Entry* const entry = take(key);
    if (entry == nullptr || entry->value.isNull()) return;
    if (!is(Node::Kind::map, entry->value, pathOf(key))) return;
    missAll(entry->value, pathOf(key));
    json.clear();
    appendJson(json, entry->value, report_);
  }

  // The entry itself is gone: what it names has been merged.
  void includes(const Key& key) { frames_.back().known.push_back(key.name); }

  void remark(std::string_view, const std::string&) {}

  template <class T>
  void group(const Key& key, T& value) {
    const Node::Entry* const entry = take(key);
    if (entry != nullptr) object(entry->value, entry->mark, pathOf(key), value);
  }

  template <class T>
  void items(const Key& key, std::vector<T>& values) {
    elements(key, [&](const Node& node, const std::string& path) {
      T& value = values.emplace_back();
      value.where = report_.where(node.mark);
      item(node, path, value);
    });
  }

  template <class T>
  void named(const Key& key, std::vector<T>& values, const Rule& rule) {
    const Node::Entry* const entry = take(key);
    if (entry == nullptr || entry->value.isNull()) return;
    if (!is(Node::Kind::map, entry->value, pathOf(key))) return;
    for (const Node::Entry& member : entry->value.entries) {
      if (!checkName(member, key, rule)) continue;
      const std::string path = pathOf(key) + '.' + member.key;
      places_[path] = member.mark;
      T& value = values.emplace_back();
      value.where = report_.where(member.mark);
      setName(value, member.key);
      this->member(member, path, value);
    }
  }

  template <class T>
  void pairs(const Key& key, std::vector<T>& values, const Rule& names, const Rule& texts) {
    const Node::Entry* const entry = take(key);
    if (entry == nullptr || entry->value.isNull()) return;
    if (!is(Node::Kind::map, entry->value, pathOf(key))) return;
    for (const Node::Entry& member : entry->value.entries) {
      const std::string path = pathOf(key) + '.' + member.key;
      T& value = values.emplace_back();
      value.where = report_.where(member.mark);
      const auto [name, text] = nameAndText(value);
      if (!checkName(member, key, names)) continue;
      name = member.key;
      if (!usable(member.value, path, texts.what)) continue;
      if (auto read = ruled(member.value, path, texts)) text = std::move(*read);
    }
  }

 private:
  struct Frame {
    const Node* map;
    Mark mark;
    std::string path;
    std::vector<std::string_view> known;  // the keys that the table asked for
  };

  static Node emptyMap() {
    Node node;
    node.kind = Node::Kind::map;
    return node;
  }
  // Whether the text may stand for a number or true: no quotes, or a variable's value, which has to
  // be in quotes between brackets.
  static bool typed(const Node& node) { return node.plain || node.replaced; }
  static bool isTrue(const Node& node) { return node.text[0] == 't' || node.text[0] == 'T'; }
  // A variable without a value and with an empty default: as if the field were not written.
  static bool leftOut(const Node& node) {
    return node.replaced && node.text.empty() && node.unset.empty() && !node.broken;
  }

  std::string pathOf(const Key& key) const {
    const std::string& path = frames_.back().path;
    return path.empty() ? std::string(key.name) : path + '.' + std::string(key.name);
  }

  // False: it is too long to be shown.
  bool checkName(const Node::Entry& member, const Key& key, const Rule& rule) {
    constexpr std::size_t kLongestName = 200;
    if (member.key.size() > kLongestName) {
      report_.fault(member.mark, "a name in " + pathOf(key) + " is longer than 200 characters");
      return false;
    }
    std::string name = member.key;
    if (const Complaint complaint = rule.check(name)) {
      report_.fault(member.mark, std::string(rule.what) + ' ' + *complaint);
    }
    return true;
  }

  void mismatch(const Node& node, const std::string& path, std::string_view what,
                const std::string& hint = {}) {
    report_.fault(node.mark,
                  path + " must be " + std::string(what) + ", not " + describe(node) + hint);
  }

  bool is(Node::Kind kind, const Node& node, const std::string& path) {
    if (node.broken) return false;
    if (node.kind == kind) return true;
    mismatch(node, path, kind == Node::Kind::map ? "a map" : "a list");
    return false;
  }

  // The entry of the current map; nothing if it is left out, which a required key must not be.
  const Node::Entry* take(const Key& key) {
    Frame& frame = frames_.back();
    frame.known.push_back(key.name);
    const Node::Entry* const entry = frame.map->find(key.name);
    if (entry != nullptr && !leftOut(entry->value)) {
      places_[pathOf(key)] = entry->value.mark;
      return entry;
    }
    if (key.presence == Presence::required) need(key);
    return nullptr;
  }

  void need(const Key& key) {
    const Frame& frame = frames_.back();
    report_.fault(frame.mark, frame.path + " needs '" + std::string(key.name) + "'");
  }

  const Node* scalar(const Key& key, std::string_view what) {
    const Node::Entry* const entry = take(key);
    if (entry == nullptr || !usable(entry->value, pathOf(key), what)) return nullptr;
    return &entry->value;
  }

  // Whether the scalar has a text to go by.
  bool usable(const Node& node, const std::string& path, std::string_view what) {
    if (node.broken) return false;
    if (node.kind != Node::Kind::scalar || node.isNull()) {
      mismatch(node, path, what);
      return false;
    }
    miss(node, path);
    return node.unset.empty();
  }

  // A variable without a value turns a provider off; elsewhere it is a fault.
  void miss(const Node& node, const std::string& path) {
    for (const std::string& name : node.unset) {
      if (inProvider_) {
        unset_.push_back(name);
      } else {
        std::string message = path + " needs the variable ";
        message.append(name).append(", which is not set; a default is written ${");
        message.append(name).append(":-default}");
        report_.fault(node.mark, message);
      }
    }
  }

  void missAll(const Node& node, const std::string& path) {
    miss(node, path);
    for (const Node& item : node.items) missAll(item, path);
    for (const Node::Entry& entry : node.entries) missAll(entry.value, path);
  }

  std::optional<std::string> ruled(const Node& node, const std::string& path, const Rule& rule) {
    std::string value = node.text;
    if (const Complaint complaint = rule.check(value)) {
      report_.fault(node.mark, path + ' ' + *complaint);
      return std::nullopt;
    }
    const Plain plain = node.plain && !node.replaced ? resolve(node.text) : Plain::text;
    if (plain != Plain::text) {
      report_.fault(node.mark, path + " must be text, not " + std::string(nameOf(plain)) +
                                   "; put it in quotes");
      return std::nullopt;
    }
    if (!rule.path || value.empty()) return value;
    const std::filesystem::path directory =
        std::filesystem::path(report_.fileName(node.mark.file)).parent_path();
    return (directory / value).lexically_normal().string();
  }

  // An empty key does not count.
  void add(const Node& node, const std::string& path, std::vector<Secret>& values) {
    if (!usable(node, path, kSecret.what) || node.text.empty()) return;
    if (auto read = ruled(node, path, kSecret)) values.emplace_back(std::move(*read));
  }

  // A provider's key, written here or in a file.
  void addKey(const Node& node, const std::string& path, std::vector<Secret>& values) {
    if (node.kind == Node::Kind::map) {
      addKeyOfFile(node, path, values);
    } else if (usable(node, path, kProviderKey.what) && !node.text.empty()) {
      if (auto read = ruled(node, path, kProviderKey)) values.emplace_back(std::move(*read));
    }
  }

  void addKeyOfFile(const Node& node, const std::string& path, std::vector<Secret>& values) {
    constexpr std::size_t kMostBytes = 64 << 10;
    KeyFile file;
    object(node, node.mark, path, file);
    if (file.path.empty()) return;
    std::error_code failure;
    Result<std::string> text = Error{"it is no file"};
    if (std::filesystem::is_regular_file(file.path, failure)) text = readText(file.path);
    else if (failure) text = Error{failure.message()};
    if (text && text->size() > kMostBytes) text = Error{"it is larger than 64 KiB"};
    if (text) text->erase(text->find_last_not_of(" \t\r\n") + 1);
    if (text && text->empty()) text = Error{"it is empty"};
    Complaint complaint;
    if (!text) complaint = "cannot be read: " + text.error().message;
    else complaint = kProviderKey.check(*text);
    if (complaint) report_.fault(node.mark, path + ".file " + *complaint);
    else values.emplace_back(*std::move(text));
  }

  template <class F>
  void elements(const Key& key, F each) {
    const Node::Entry* const entry = take(key);
    if (entry == nullptr) return;
    const Node& list = entry->value;
    const std::string path = pathOf(key);
    if (!list.isNull() && !is(Node::Kind::list, list, path)) return;
    if (list.items.empty() && key.presence == Presence::required) {
      report_.fault(list.mark, path + " needs at least one");
    }
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const std::string itemPath = path + '[' + std::to_string(i) + ']';
      places_[itemPath] = list.items[i].mark;
      each(list.items[i], itemPath);
    }
  }

  void item(const Node& node, const std::string& path, Route& route) {
    object(node, node.mark, path, route);
  }

  void item(const Node& node, const std::string& path, PluginFile& plugin) {
    if (node.kind == Node::Kind::map) {
      object(node, node.mark, path, plugin);
    } else if (usable(node, path, "a plugin's name or a map with 'file'")) {
      plugin.stem = ruled(node, path, kPluginStem).value_or("");
    }
  }

  void item(const Node& node, const std::string& path, Target& target) {
    if (!usable(node, path, kTarget.what)) return;
    const auto name = ruled(node, path, kTarget);
    if (!name) return;
    const std::size_t slash = name->find('/');
    target.provider = name->substr(0, slash);
    target.model = name->substr(slash + 1);
  }

  template <class T>
  void member(const Node::Entry& entry, const std::string& path, T& value) {
    object(entry.value, entry.mark, path, value);
  }

  void member(const Node::Entry& entry, const std::string& path, Provider& provider) {
    inProvider_ = true;
    object(entry.value, entry.mark, path, provider);
    inProvider_ = false;
    if (!provider.on) provider.offBecause = "enabled is false";
    else provider.offBecause = whyOff();
    provider.on = provider.offBecause.empty();
    unset_.clear();
    unsetKeys_.clear();
  }

  // What the provider lacks: all of unset_, and one of unsetKeys_.
  std::string whyOff() const {
    std::vector<std::string> reasons;
    const auto add = [&reasons](std::string reason) {
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) {
        reasons.push_back(std::move(reason));
      }
    };
    for (const std::string& name : unset_) add(name + " is not set");
    if (unsetKeys_.size() == 1) add(unsetKeys_.front() + " is not set");
    if (unsetKeys_.size() > 1) add("none of " + joined(unsetKeys_, ", ") + " is set");
    return joined(reasons, "; ");
  }

  void reportUnknown(const Frame& frame) {
    for (const Node::Entry& entry : frame.map->entries) {
      const auto found = std::find(frame.known.begin(), frame.known.end(), entry.key);
      if (found != frame.known.end()) continue;
      const std::string hint = report_.full() ? "" : didYouMean(entry.key, frame.known);
      report_.fault(entry.mark, "unknown key " + inQuotes(entry.key) +
                                    (frame.path.empty() ? "" : " in " + frame.path) + hint);
    }
  }

  Places& places_;
  Report& report_;
  std::vector<Frame> frames_;
  bool inProvider_ = false;
  std::vector<std::string> unset_;  // of the provider being read: variables it needs, all of them
  std::vector<std::string> unsetKeys_;  // and variables of which it needs one
};

}  // namespace

void readConfig(const Node& root, Config& config, Places& places, Report& report) {
  places[""] = root.mark;
  Reader(places, report).object(root, root.mark, "", config);
}

}  // namespace sluice::config
