#include "config/document.hpp"

#include <string>
#include <unordered_map>
#include <utility>

#include "config/events.hpp"
#include "config/expand.hpp"
#include "config/secret_names.hpp"
#include "config/text_check.hpp"

namespace sluice::config {

namespace {

constexpr unsigned kMaxDepth = 64;
constexpr std::size_t kMaxValues = 100'000;      // scalars, maps and lists
constexpr std::size_t kMaxTextBytes = 16 << 20;  // of all scalars
constexpr std::size_t kMaxScalarBytes = 256 << 10;

// Each member that returns bool says whether reading may go on.
class Builder {
 public:
  Builder(Report& report, std::uint32_t file)
      : report_(report), file_(file), events_(report.fileText(file)), last_{file, 1, 1} {}

  std::optional<Node> build() {
    Node root;
    root.kind = Node::Kind::map;
    root.mark = last_;
    const bool whole = documents(root);
    const std::vector<SyntaxFault> faults = events_.faults();
    for (const SyntaxFault& fault : faults) reportSyntax(fault);
    if (!whole || !faults.empty()) return std::nullopt;
    return root;
  }

 private:
  struct Anchored {
    Node node;
    std::size_t values;
    std::size_t bytes;
  };

  Event next() {
    Event event = events_.next();
    if (event.placed) {
      last_ = {file_, event.line, event.column};
      lastEnd_ = event.end;
    }
    return event;
  }

  bool documents(Node& root) {
    bool begun = false;
    for (Event event = next(); event.kind != Event::Kind::end; event = next()) {
      if (event.kind != Event::Kind::document) continue;
      if (begun) return stop("a second document begins here; a configuration is one document");
      begun = true;
      if (!value(next(), 0, root)) return false;
    }
    return true;
  }

  bool stop(const std::string& message) {
    report_.fault(last_, message);
    return false;
  }

  bool charge(std::size_t values, std::size_t bytes) {
    values_ += values;
    bytes_ += bytes;
    if (values_ <= kMaxValues && bytes_ <= kMaxTextBytes) return true;
    return stop(
        "too much in one file: at most 100000 values and 16 MiB of text, counting what "
        "aliases stand for");
  }

  std::string_view text() const { return report_.fileText(file_); }

  void reportSyntax(const SyntaxFault& fault) {
    if (secrets_ > 0 || lastKeySecret_) {
      report_.hide(file_, lastEnd_, text().size());
    }
    const bool variable = lastEnd_ > 0 && text().substr(lastEnd_ - 1, 2) == "${";
    // Where the text ends there is nothing to see: the open bracket tells more.
    if (variable) {
      report_.fault(last_, "between brackets a variable needs quotes: \"${NAME}\"");
    } else if (brackets_.empty() || lastEnd_ + 1 < text().find_last_not_of(" \r\n")) {
      report_.fault({file_, fault.line, fault.column}, fault.message);
    } else {
      report_.fault(brackets_.back(), fault.message + "; this bracket is not closed");
    }
  }

  bool value(const Event& event, unsigned depth, Node& out) {
    const std::size_t valuesBefore = values_;
    const std::size_t bytesBefore = bytes_;
    out = Node();
    out.mark = last_;
    if (!charge(1, event.text.size())) return false;
    if (event.tagged) report_.fault(last_, "YAML tags are not supported");
    switch (event.kind) {
      case Event::Kind::end: return false;
      case Event::Kind::alias: return alias(event, out);
      case Event::Kind::map:
      case Event::Kind::list:
        if (!collection(event, depth, out)) return false;
        break;
      default:
        if (!scalar(event, out)) return false;
        break;
    }
    if (event.anchor.empty()) return true;
    const Anchored anchored{out, values_ - valuesBefore, bytes_ - bytesBefore};
    anchors_.insert_or_assign(event.anchor, anchored);
    return charge(anchored.values, anchored.bytes);
  }

  bool scalar(const Event& event, Node& out) {
    const bool secret = secrets_ > 0 && !isBareVariable(event.text);
    if (secret || holdsCredentials(event.text)) report_.hide(file_, event.begin, event.end);
    if (event.text.size() > kMaxScalarBytes) return stop("a text longer than 256 KiB");
    out.text = event.text;
    out.plain = event.plain;
    return true;
  }

  bool alias(const Event& event, Node& out) {
    const auto found = anchors_.find(event.text);
    if (found == anchors_.end()) return stop("alias '" + event.text + "' stands for nothing yet");
    if (!charge(found->second.values, found->second.bytes)) return false;
    out = found->second.node;
    return true;
  }

  bool collection(const Event& event, unsigned depth, Node& out) {
    if (depth >= kMaxDepth) return stop("nested deeper than 64 levels");
    if (event.flow) brackets_.push_back(last_);
    const bool map = event.kind == Event::Kind::map;
    out.kind = map ? Node::Kind::map : Node::Kind::list;
    const bool whole = map ? entries(depth, out) : items(depth, out);
    if (event.flow && whole) brackets_.pop_back();
    return whole;
  }

  bool items(unsigned depth, Node& out) {
    for (Event event = next(); event.kind != Event::Kind::listEnd; event = next()) {
      if (event.kind == Event::Kind::scalar && !event.placed) moveToDash();
      if (!value(event, depth + 1, out.items.emplace_back())) return false;
    }
    return true;
  }

  // An empty item has no place of its own: it is at the next line that begins with a dash.
  void moveToDash() {
    std::size_t at = text().find('\n', lastEnd_);
    for (std::uint32_t line = last_.line + 1; at != text().npos; ++line) {
      const std::size_t begin = at + 1;
      at = text().find_first_not_of(" \t", begin);
      if (at != text().npos && text()[at] == '-') {
        last_ = {file_, line, static_cast<std::uint32_t>(at - begin + 1)};
        lastEnd_ = at + 1;
        return;
      }
      at = text().find('\n', begin);
    }
  }

  bool entries(unsigned depth, Node& out) {
    std::unordered_map<std::string, Mark> seen;
    for (Event event = next(); event.kind != Event::Kind::mapEnd; event = next()) {
      if (event.kind == Event::Kind::end) return false;
      if (event.kind != Event::Kind::scalar) return stop("a key must be a word or a quoted text");
      if (!charge(1, event.text.size())) return false;
      Node::Entry entry{event.text, last_, {}};
      const auto [first, fresh] = seen.emplace(entry.key, entry.mark);
      if (!fresh) {
        report_.fault(entry.mark, "duplicate key '" + entry.key + "'; it already stands in line " +
                                      std::to_string(first->second.line));
      }
      lastKeySecret_ = namesSecret(entry.key);
      const unsigned secret = lastKeySecret_ ? 1 : 0;
      secrets_ += secret;
      if (!value(next(), depth + 1, entry.value)) return false;
      secrets_ -= secret;
      if (fresh) out.entries.push_back(std::move(entry));
    }
    return true;
  }

  Report& report_;
  std::uint32_t file_;
  Events events_;
  Mark last_;                // of the last event that had a place
  std::size_t lastEnd_ = 0;  // and its end, in bytes
  unsigned secrets_ = 0;     // names of secrets that the current value stands behind
  bool lastKeySecret_ = false;
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
  std::vector<Mark> brackets_;  // the open ones
  std::unordered_map<std::string, Anchored> anchors_;
};

}  // namespace

std::optional<Node> parseDocument(Report& report, std::uint32_t file) {
  const std::string_view text = report.fileText(file);
  if (text.size() > kMaxFileBytes) {
    report.fault({file, 0, 0}, "the file is larger than 4 MiB");
    return std::nullopt;
  }
  if (const std::optional<TextFault> fault = checkText(text)) {
    report.hide(file, 0, text.size());
    report.fault({file, fault->line, fault->column}, fault->message);
    return std::nullopt;
  }
  return Builder(report, file).build();
}

}  // namespace sluice::config
