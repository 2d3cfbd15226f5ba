#include "config/plugin_edit.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/core_schema.hpp"
#include "config/outline.hpp"

namespace sluice::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t";

Error byHand(const Outline& at, const std::string& why) {
  return Error{"line " + std::to_string(std::max(at.line, 1U)) + ": " + why +
               "; change it by hand"};
}

class Editor {
 public:
  Editor(std::string_view text, Outline root) : text_(text), root_(std::move(root)) {}

  Result<std::string> add(std::string_view stem) const {
    if (!root_.written && root_.entries.empty()) return appended(stem);
    if (root_.kind != Outline::Kind::map) return byHand(root_, "this is no map");
    const Outline::Entry* const plugins = root_.find("plugins");
    if (plugins == nullptr) {
      if (!root_.flow) return appended(stem);
      return intoMap(root_, member("plugins", "{" + member("enable", list(stem)) + "}"));
    }
    if (plugins->value.kind == Outline::Kind::alias || plugins->value.anchored) {
      return byHand(plugins->key, "'plugins' is said elsewhere too, by an alias");
    }
    if (plugins->value.kind == Outline::Kind::scalar) {
      return instead(*plugins, "{" + member("enable", list(stem)) + "}");
    }
    if (plugins->value.kind != Outline::Kind::map) return byHand(plugins->key, "this is no map");
    return addTo(plugins->value, stem);
  }

  Result<std::string> remove(unsigned line, unsigned column) const {
    const Outline::Entry* const enable = enableEntry();
    if (enable == nullptr) return Error{"line 1: there is no plugins.enable here"};
    if (enable->value.kind != Outline::Kind::list || enable->value.anchored) {
      return byHand(enable->key, "'plugins.enable' is said elsewhere too, by an alias");
    }
    const auto& items = enable->value.items;
    const auto item = std::ranges::find_if(
        items, [&](const Outline& one) { return one.line == line && one.column == column; });
    if (item == items.end()) return byHand(enable->key, "the plugin is not named in this list");
    if (item->anchored) return byHand(*item, "the name has an anchor or a tag");
    if (enable->value.flow) return withoutFlow(enable->value, *item);
    return withoutLines(*enable, *item);
  }

  const Outline::Entry* enableEntry() const {
    const Outline::Entry* const plugins = root_.find("plugins");
    return plugins == nullptr ? nullptr : plugins->value.find("enable");
  }

 private:
  std::string replaced(std::size_t begin, std::size_t end, std::string_view by) const {
    return std::string(text_.substr(0, begin)).append(by).append(text_.substr(end));
  }
  std::string inserted(std::size_t at, std::string_view what) const {
    return replaced(at, at, what);
  }

  std::string_view lineEnd() const { return text_.find("\r\n") == text_.npos ? "\n" : "\r\n"; }
  std::size_t startOfLine(std::size_t at) const {
    const std::size_t before = at == 0 ? text_.npos : text_.rfind('\n', at - 1);
    return before == text_.npos ? 0 : before + 1;
  }
  // Where the line that holds the byte before `at` ends, its line break not included.
  std::size_t endOfLine(std::size_t at) const {
    if (at > 0 && text_[at - 1] == '\n') --at;
    const std::size_t found = std::min(text_.find('\n', at), text_.size());
    return found > 0 && found < text_.size() && text_[found - 1] == '\r' ? found - 1 : found;
  }
  // What stands before `at` in its line.
  std::string_view before(std::size_t at) const {
    const std::size_t start = startOfLine(at);
    return text_.substr(start, at - start);
  }
  static bool blank(std::string_view text) { return text.find_first_not_of(kBlanks) == text.npos; }
  // Whether nothing, or a comment, is left of the line from `at` on.
  bool restIsComment(std::size_t at) const {
    const std::string_view rest = text_.substr(at, text_.find_first_of("\r\n", at) - at);
    const std::size_t first = rest.find_first_not_of(kBlanks);
    return first == rest.npos || rest[first] == '#';
  }

  // In quotes if its neighbour is, and where the name alone would be a number or true.
  std::string name(std::string_view stem, const Outline& neighbour) const {
    const bool inside = neighbour.kind == Outline::Kind::map && !neighbour.entries.empty();
    const Outline& like = inside ? neighbour.entries.front().key : neighbour;
    const bool quoted = like.kind == Outline::Kind::scalar && like.written && !like.plain;
    if (!quoted && resolve(stem) == Plain::text) return std::string(stem);
    const char quote = quoted && text_[like.begin] == '\'' ? '\'' : '"';
    return quote + std::string(stem) + quote;
  }
  const Outline& anyKey() const {
    static const Outline kNone;
    return root_.entries.empty() ? kNone : root_.entries.front().key;
  }
  std::string list(std::string_view stem) const { return '[' + name(stem, anyKey()) + ']'; }
  std::string member(std::string_view key, const std::string& value) const {
    return name(key, anyKey()) + ": " + value;
  }

  Result<std::string> appended(std::string_view stem) const {
    if (!root_.entries.empty() && !root_.entries.front().key.written) {
      return byHand(root_, "its first key is empty");
    }
    std::string out(text_);
    const std::string_view end = lineEnd();
    if (!out.empty() && !out.ends_with('\n')) out += end;
    if (!out.empty()) out += end;
    const std::size_t indent = root_.entries.empty() ? 0 : root_.entries.front().key.column - 1;
    const std::string margin(indent, ' ');
    out.append(margin).append("plugins:").append(end);
    out.append(margin).append("  enable: [").append(name(stem, {})).append("]").append(end);
    return out;
  }

  // Puts a value where nothing, or null, is written for a key.
  Result<std::string> instead(const Outline::Entry& entry, const std::string& value) const {
    if (entry.value.written) {
      if (resolve(entry.value.text) != Plain::null || !entry.value.plain) {
        return byHand(entry.value, "this is neither a list nor a map");
      }
      return replaced(entry.value.begin, entry.value.end, value);
    }
    const std::size_t colon = text_.find(':', entry.key.end);
    if (colon == text_.npos) return byHand(entry.key, "this key has no value");
    return inserted(colon + 1, ' ' + value);
  }

  // A further member of a map in brackets.
  Result<std::string> intoMap(const Outline& map, const std::string& what) const {
    if (map.entries.empty()) return inserted(map.begin + 1, what);
    const Outline::Entry& last = map.entries.back();
    return inserted(std::max(last.key.end, last.value.end), ", " + what);
  }

  Result<std::string> addTo(const Outline& plugins, std::string_view stem) const {
    const Outline::Entry* const enable = plugins.find("enable");
    if (enable == nullptr) {
      if (plugins.flow) return intoMap(plugins, member("enable", list(stem)));
      const Outline::Entry& last = plugins.entries.back();
      const Outline& first = plugins.entries.front().key;
      const std::string_view margin = before(first.begin);
      if (!first.written || !blank(margin))
        return byHand(last.key, "the keys of 'plugins' stand in an odd way");
      const std::size_t end = endOfLine(std::max(last.key.end, last.value.end));
      return inserted(end,
                      std::string(lineEnd()).append(margin).append(member("enable", list(stem))));
    }
    const Outline& value = enable->value;
    if (value.kind == Outline::Kind::alias || value.anchored) {
      return byHand(enable->key, "'plugins.enable' is said elsewhere too, by an alias");
    }
    if (value.kind == Outline::Kind::scalar) {
      return instead(*enable, '[' + name(stem, enable->key) + ']');
    }
    if (value.kind != Outline::Kind::list) return byHand(enable->key, "this is no list");
    if (!value.flow) return afterLines(value, stem);
    if (value.items.empty()) return inserted(value.begin + 1, name(stem, enable->key));
    return intoBrackets(value, *enable, stem);
  }

  // Behind the last element; on a line of its own if that is on one.
  Result<std::string> intoBrackets(const Outline& list, const Outline::Entry& enable,
                                   std::string_view stem) const {
    const Outline& last = list.items.back();
    if (!last.written) return byHand(enable.key, "the list holds an empty value");
    const std::string what = name(stem, last);
    const std::string_view margin = before(last.begin);
    const std::size_t next = text_.find_first_not_of(kBlanks, last.end);
    const bool comma = next != text_.npos && text_[next] == ',';
    const std::size_t rest = comma ? next + 1 : last.end;
    if (!blank(margin) || !restIsComment(rest)) return inserted(last.end, ", " + what);
    std::string out = inserted(endOfLine(rest),
                               std::string(lineEnd()).append(margin) + what + (comma ? "," : ""));
    if (!comma) out.insert(last.end, ",");
    return out;
  }

  // A further line with a dash, as the last one is written.
  Result<std::string> afterLines(const Outline& list, std::string_view stem) const {
    const Outline& last = list.items.back();
    const std::string_view dash = before(last.begin);
    const std::size_t first = dash.find_first_not_of(kBlanks);
    const bool plain = last.written && !last.anchored && first != dash.npos && dash[first] == '-' &&
                       first + 1 < dash.size() && blank(dash.substr(first + 1));
    // The begin of a map is that of its first key.
    if (!plain) return byHand(last, "the list's last element is written in an odd way");
    return inserted(endOfLine(last.end),
                    std::string(lineEnd()).append(dash).append(name(stem, last)));
  }

  Result<std::string> withoutFlow(const Outline& list, const Outline& item) const {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t next = text_.find_first_not_of(kSpace, item.end);
    const bool comma = next != text_.npos && text_[next] == ',';
    if (comma) {
      if (blank(before(item.begin)) && restIsComment(next + 1)) {
        return replaced(startOfLine(item.begin), startOfNextLine(next), "");
      }
      const std::size_t after = text_.find_first_not_of(kBlanks, next + 1);
      return replaced(item.begin, std::min(after, text_.size()), "");
    }
    const std::size_t previous = text_.find_last_not_of(kSpace, item.begin - 1);
    const bool hasPrevious = previous > list.begin && text_[previous] == ',';
    return replaced(hasPrevious ? previous : item.begin, item.end, "");
  }

  std::size_t startOfNextLine(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == text_.npos ? text_.size() : end + 1;
  }

  Result<std::string> withoutLines(const Outline::Entry& enable, const Outline& item) const {
    const std::string_view dash = before(item.begin);
    const std::size_t first = dash.find_first_not_of(kBlanks);
    if (first == dash.npos || dash[first] != '-' || !blank(dash.substr(first + 1))) {
      return byHand(item, "the element is written in an odd way");
    }
    const std::size_t begin = startOfLine(item.begin);
    std::string out = replaced(begin, startOfNextLine(endOfLine(item.end)), "");
    if (enable.value.items.size() > 1) return out;
    const std::size_t colon = text_.find(':', enable.key.end);
    if (colon == text_.npos || colon >= begin) return byHand(item, "this list is written oddly");
    return out.insert(colon + 1, " []");
  }

  std::string_view text_;
  Outline root_;
};

std::optional<Outline> read(std::string_view& text, std::string_view& mark) {
  if (text.starts_with(kByteOrderMark)) {
    mark = kByteOrderMark;
    text.remove_prefix(kByteOrderMark.size());
  }
  return outlineOf(text);
}

Result<std::string> behind(std::string_view mark, Result<std::string> text) {
  if (text) text->insert(0, mark);
  return text;
}

}  // namespace

bool listsPlugins(std::string_view text) {
  std::string_view mark;
  auto root = read(text, mark);
  return root && Editor(text, *std::move(root)).enableEntry() != nullptr;
}

Result<std::string> withPlugin(std::string_view text, std::string_view stem) {
  std::string_view mark;
  auto root = read(text, mark);
  if (!root) return Error{"line 1: this cannot be read as YAML"};
  return behind(mark, Editor(text, *std::move(root)).add(stem));
}

Result<std::string> withoutPlugin(std::string_view text, unsigned line, unsigned column) {
  std::string_view mark;
  auto root = read(text, mark);
  if (!root) return Error{"line 1: this cannot be read as YAML"};
  return behind(mark, Editor(text, *std::move(root)).remove(line, column));
}

}  // namespace sluice::config
