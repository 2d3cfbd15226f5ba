#include "config/toml_items.hpp"

#include <algorithm>

namespace sluice::config {

namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kBare =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<std::vector<TomlItem>> all() {
    std::vector<TomlItem> items;
    std::vector<std::string> table;
    while (skipToText()) {
      TomlItem item;
      const std::size_t begin = at_;
      item.header = peek() == '[';
      if (!(item.header ? header(item.path) : setting(table, item))) return std::nullopt;
      if (item.header) table = item.path;
      item.line = text_.substr(begin, end_ - begin);
      if (!endOfLine()) return std::nullopt;
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool done() const { return at_ >= text_.size(); }
  void skip(std::string_view chars) {
    at_ = std::min(text_.find_first_not_of(chars, at_), text_.size());
  }
  void skipComment() {
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  // Over blank lines and comments; false at the end.
  bool skipToText() {
    while (!done()) {
      skip(" \t\r\n");
      if (peek() != '#') return !done();
      skipComment();
    }
    return false;
  }

  bool endOfLine() {
    skip(kBlanks);
    skipComment();
    return done() || take("\n");
  }

  // [a.b] or [[a.b]]
  bool header(std::vector<std::string>& path) {
    const bool list = take("[[");
    if (!list && !take("[")) return false;
    if (!keys(path) || !take(list ? "]]" : "]")) return false;
    end_ = at_;
    return true;
  }

  // a.b = value
  bool setting(const std::vector<std::string>& table, TomlItem& item) {
    item.path = table;
    if (!keys(item.path) || !take("=")) return false;
    skip(kBlanks);
    const std::size_t begin = at_;
    if (!value()) return false;
    item.value = text_.substr(begin, end_ - begin);
    return !item.value.empty();
  }

  bool keys(std::vector<std::string>& path) {
    do {
      skip(kBlanks);
      const std::size_t begin = at_;
      const bool quoted = peek() == '"' || peek() == '\'';
      if (quoted ? !string() : (skip(kBare), at_ == begin)) return false;
      const std::size_t edge = quoted ? 1 : 0;
      path.emplace_back(text_.substr(begin + edge, at_ - begin - 2 * edge));
      skip(kBlanks);
    } while (take("."));
    return true;
  }

  // To the end of the line, or of the lines that brackets and long strings join; end_ is behind the
  // last byte that is neither blank nor comment.
  bool value() {
    std::size_t depth = 0;
    for (end_ = at_; !done();) {
      const char c = peek();
      if (c == '\n' && depth == 0) break;
      if (c == '#') {
        skipComment();
        continue;
      }
      if (c == '"' || c == '\'') {
        if (!string()) return false;
      } else {
        if (c == '[' || c == '{') ++depth;
        if ((c == ']' || c == '}') && depth-- == 0) return false;
        ++at_;
      }
      if (c != '\n' && kBlanks.find(c) == kBlanks.npos) end_ = at_;
    }
    return depth == 0;
  }

  // From its opening quote to behind its closing one.
  bool string() {
    const char quote = peek();
    const std::string mark(3, quote);
    const bool isLong = take(mark);
    if (!isLong) ++at_;
    for (; !done(); ++at_) {
      if (peek() == '\\' && quote == '"') {
        ++at_;
      } else if (isLong && take(mark)) {
        while (peek() == quote) ++at_;  // quotes may stand right before the closing ones
        return true;
      } else if (!isLong && take(mark.substr(0, 1))) {
        return true;
      } else if (!isLong && peek() == '\n') {
        return false;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace

std::optional<std::vector<TomlItem>> tomlItems(std::string_view text) { return Reader(text).all(); }

}  // namespace sluice::config
