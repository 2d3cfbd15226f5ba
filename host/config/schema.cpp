#include "config/schema.hpp"

#include <optional>
#include <vector>

#include "base/json.hpp"
#include "config/fields.hpp"
#include "config/pretty.hpp"

namespace sluice::config {

namespace {

template <class T>
std::optional<std::uint64_t> defaultNumber(const T& value) {
  return static_cast<std::uint64_t>(value);
}
template <class Rep, class Period>
std::optional<std::uint64_t> defaultNumber(const std::chrono::duration<Rep, Period>& value) {
  return static_cast<std::uint64_t>(value.count());
}
std::optional<std::uint64_t> defaultNumber(const std::optional<std::uint64_t>&) {
  return std::nullopt;
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::string& out) : out_(out) {}

  void document() {
    out_.beginObject();
    out_.key("$schema").string("http://json-schema.org/draft-07/schema#");
    out_.key("title").string("Sluice configuration");
    Config defaults;
    members(defaults, false);
    out_.key("definitions").beginObject();
    out_.key("variable").beginObject();
    out_.key("description").string("A value from the environment: ${NAME} or ${NAME:-default}.");
    out_.key("type").string("string");
    out_.key("pattern").string("\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}$]*)?\\}");
    out_.endObject().endObject();
    out_.endObject();
  }

  // The visitor of the field table.

  template <class T>
  void number(const Key& key, T& value, Range range) {
    begin(key);
    if (const auto number = defaultNumber(value)) out_.key("default").number(*number);
    beginOrVariable("integer");
    out_.key("minimum").number(range.least);
    out_.key("maximum").number(range.most);
    endOrVariable();
  }

  void price(const Key& key, std::optional<Decimal>&) {
    begin(key);
    beginOrVariable("number");
    out_.key("minimum").number(std::uint64_t{0});
    out_.key("maximum").number(std::uint64_t{1'000'000});
    endOrVariable();
  }

  void flag(const Key& key, bool& value) {
    begin(key);
    out_.key("default").boolean(value);
    beginOrVariable("boolean");
    endOrVariable();
  }

  void flag(const Key& key, std::optional<bool>&) {
    begin(key);
    beginOrVariable("boolean");
    endOrVariable();
  }

  template <class E, std::size_t N>
  void choice(const Key& key, E& value, const std::array<std::string_view, N>& names) {
    begin(key);
    if (key.presence != Presence::derived) {
      out_.key("default").string(names[static_cast<std::size_t>(value)]);
    }
    beginOrVariable("string");
    out_.key("enum").beginArray();
    for (const std::string_view name : names) out_.string(name);
    out_.endArray();
    endOrVariable();
  }

  void text(const Key& key, std::string& value, const Rule& rule) {
    begin(key);
    if (!value.empty()) out_.key("default").string(value);
    ruled(rule);
    out_.endObject();
  }

  void texts(const Key& key, std::vector<std::string>&, const Rule& rule) {
    beginList(key);
    out_.beginObject();
    ruled(rule);
    out_.endObject();
    out_.endObject();
  }

  void address(const Key& key, std::string& host, std::uint16_t& port) {
    std::string value = host + ':' + std::to_string(port);
    text(key, value, kListen);
  }

  void secret(const Key& key, Secret&) {
    std::string none;
    text(key, none, kSecret);
  }

  void secrets(const Key& key, std::vector<Secret>&) {
    std::vector<std::string> none;
    texts(key, none, kSecret);
  }

  void keyOrKeys(const Key& one, const Key& several, std::vector<Secret>&) {
    begin(one);
    providerKey();
    out_.endObject();
    beginList(several);
    out_.beginObject();
    providerKey();
    out_.endObject();
    out_.endObject();
  }

  void settings(const Key& key, std::string&) {
    begin(key);
    types("object");
    out_.endObject();
  }

  void includes(const Key& key) {
    std::vector<std::string> none;
    texts(key, none, kAnyText);
  }

  void remark(std::string_view, const std::string&) {}

  template <class T>
  void group(const Key& key, T& value) {
    begin(key);
    members(value, true);
    out_.endObject();
  }

  template <class T>
  void items(const Key& key, std::vector<T>&) {
    beginList(key);
    out_.beginObject();
    item(T());
    out_.endObject();
    out_.endObject();
  }

  template <class T>
  void pairs(const Key& key, std::vector<T>&, const Rule& names, const Rule& texts) {
    begin(key);
    types("object");
    out_.key("propertyNames").beginObject();
    out_.key("pattern").string(names.pattern);
    out_.endObject();
    out_.key("additionalProperties").beginObject();
    ruled(texts);
    out_.endObject();
    out_.endObject();
  }

  template <class T>
  void named(const Key& key, std::vector<T>&, const Rule& rule) {
    begin(key);
    types("object");
    out_.key("propertyNames").beginObject();
    out_.key("pattern").string(rule.pattern);
    out_.endObject();
    out_.key("additionalProperties").beginObject();
    T value;
    members(value, true);
    out_.endObject();
    out_.endObject();
  }

 private:
  void begin(const Key& key) {
    if (key.presence == Presence::required) required_.push_back(key.name);
    out_.key(key.name).beginObject();
    out_.key("description").string(key.about);
  }

  // An empty `key:` is as good as none where a map or a list may stand.
  void types(const char* type) {
    out_.key("type").beginArray().string(type).string("null").endArray();
  }

  void beginList(const Key& key) {
    begin(key);
    if (key.presence == Presence::required) {
      out_.key("type").string("array");
      out_.key("minItems").number(std::uint64_t{1});
    } else {
      types("array");
    }
    out_.key("items");
  }

  void beginOrVariable(const char* type) {
    out_.key("anyOf").beginArray();
    out_.beginObject();
    out_.key("type").string(type);
  }

  void endOrVariable() {
    out_.endObject();
    out_.beginObject().key("$ref").string("#/definitions/variable").endObject();
    out_.endArray();
    out_.endObject();
  }

  void ruled(const Rule& rule) {
    if (rule.pattern.empty()) {
      out_.key("type").string("string");
      return;
    }
    out_.key("anyOf").beginArray();
    out_.beginObject();
    out_.key("type").string("string");
    out_.key("pattern").string(rule.pattern);
    out_.endObject();
    out_.beginObject().key("$ref").string("#/definitions/variable").endObject();
    out_.endArray();
  }

  void providerKey() {
    out_.key("anyOf").beginArray();
    out_.beginObject();
    ruled(kProviderKey);
    out_.endObject();
    out_.beginObject();
    KeyFile file;
    members(file, false);
    out_.endObject();
    out_.endArray();
  }

  void item(const Target&) { ruled(kTarget); }

  void item(Route route) { members(route, false); }

  void item(PluginFile plugin) {
    out_.key("anyOf").beginArray();
    out_.beginObject();
    ruled(kPluginStem);
    out_.endObject();
    out_.beginObject();
    members(plugin, false);
    out_.endObject();
    out_.endArray();
  }

  template <class T>
  void members(T& value, bool mayBeEmpty) {
    const std::vector<std::string_view> outer = std::move(required_);
    required_.clear();
    out_.key("properties").beginObject();
    fields(*this, value);
    out_.endObject();
    if (mayBeEmpty && required_.empty()) types("object");
    else out_.key("type").string("object");
    if (!required_.empty()) {
      out_.key("required").beginArray();
      for (const std::string_view name : required_) out_.string(name);
      out_.endArray();
    }
    out_.key("additionalProperties").boolean(false);
    required_ = outer;
  }

  json::Writer out_;
  std::vector<std::string_view> required_;  // of the object being written
};

}  // namespace

std::string jsonSchema() {
  std::string out;
  SchemaWriter(out).document();
  return indented(out);
}

}  // namespace sluice::config
