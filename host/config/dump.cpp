#include "config/dump.hpp"

#include <utility>

#include "base/json.hpp"
#include "config/document.hpp"
#include "config/fields.hpp"
#include "config/pretty.hpp"
#include "config/secret_names.hpp"
#include "config/value_json.hpp"

namespace sluice::config {

namespace {

constexpr std::string_view kStars = "***";

void starSecrets(Node& node, bool secret) {
  if (secret && node.kind == Node::Kind::scalar && !node.isNull()) {
    node.text = kStars;
    node.plain = false;
  }
  for (Node& item : node.items) starSecrets(item, secret);
  for (Node::Entry& entry : node.entries) {
    starSecrets(entry.value, secret || namesSecret(entry.key));
  }
}

// JSON is YAML: the text is read as such.
std::string starred(const std::string& json) {
  Report report;
  std::optional<Node> root = parseDocument(report, report.addFile("settings", json));
  if (!root) return "{}";
  starSecrets(*root, false);
  std::string out;
  appendJson(out, *root, report);
  return out;
}

class DumpWriter {
 public:
  explicit DumpWriter(std::string& out) : out_(out) {}

  template <class T>
  void object(T& value) {
    out_.beginObject();
    fields(*this, value);
    out_.endObject();
  }

  // The visitor of the field table.

  template <class T>
  void number(const Key& key, const T& value, Range) {
    out_.key(key.name).number(static_cast<std::uint64_t>(value));
  }
  template <class Rep, class Period>
  void number(const Key& key, const std::chrono::duration<Rep, Period>& value, Range) {
    out_.key(key.name).number(static_cast<std::uint64_t>(value.count()));
  }
  void number(const Key& key, const std::optional<std::uint64_t>& value, Range) {
    if (value) out_.key(key.name).number(*value);
  }

  void price(const Key& key, const std::optional<Decimal>& value) {
    if (value) out_.key(key.name).raw(value->text());
  }

  void flag(const Key& key, bool value) { out_.key(key.name).boolean(value); }
  void flag(const Key& key, std::optional<bool> value) {
    if (value) out_.key(key.name).boolean(*value);
  }

  template <class E, std::size_t N>
  void choice(const Key& key, E value, const std::array<std::string_view, N>& names) {
    out_.key(key.name).string(names[static_cast<std::size_t>(value)]);
  }

  void text(const Key& key, const std::string& value, const Rule&) {
    out_.key(key.name).string(value);
  }

  void texts(const Key& key, const std::vector<std::string>& values, const Rule&) {
    out_.key(key.name).beginArray();
    for (const std::string& value : values) out_.string(value);
    out_.endArray();
  }

  void address(const Key& key, const std::string& host, std::uint16_t port) {
    const bool six = host.find(':') != host.npos;
    out_.key(key.name).string((six ? '[' + host + ']' : host) + ':' + std::to_string(port));
  }

  void secret(const Key& key, const Secret& value) {
    out_.key(key.name).string(value.empty() ? "" : kStars);
  }

  void secrets(const Key& key, const std::vector<Secret>& values) {
    out_.key(key.name).beginArray();
    for (const Secret& value : values) out_.string(value.empty() ? "" : kStars);
    out_.endArray();
  }

  void keyOrKeys(const Key&, const Key& several, const std::vector<Secret>& values) {
    secrets(several, values);
  }

  void settings(const Key& key, const std::string& json) { out_.key(key.name).raw(starred(json)); }

  void includes(const Key&) {}

  void remark(std::string_view name, const std::string& text) {
    if (!text.empty()) out_.key(name).string(text);
  }

  template <class T>
  void group(const Key& key, T& value) {
    out_.key(key.name);
    object(value);
  }

  template <class T>
  void items(const Key& key, std::vector<T>& values) {
    out_.key(key.name).beginArray();
    for (T& value : values) item(value);
    out_.endArray();
  }

  template <class T>
  void pairs(const Key& key, std::vector<T>& values, const Rule&, const Rule&) {
    out_.key(key.name).beginObject();
    for (T& value : values) {
      const auto [name, text] = nameAndText(value);
      out_.key(name).string(text);
    }
    out_.endObject();
  }

  template <class T>
  void named(const Key& key, std::vector<T>& values, const Rule&) {
    out_.key(key.name).beginObject();
    for (T& value : values) {
      out_.key(nameOf(value));
      object(value);
    }
    out_.endObject();
  }

 private:
  template <class T>
  void item(T& value) {
    object(value);
  }
  void item(Target& target) { out_.string(target.provider + '/' + target.model); }

  static std::string nameOf(const Provider& provider) { return provider.name; }
  static std::string nameOf(const VirtualModel& model) { return model.name; }
  static std::string nameOf(const Model& model) { return model.provider + '/' + model.name; }

  json::Writer out_;
};

}  // namespace

std::string dump(const Config& config) {
  Config copy = config;  // the field table goes over what can be filled
  std::string out;
  DumpWriter(out).object(copy);
  return indented(out);
}

}  // namespace sluice::config
