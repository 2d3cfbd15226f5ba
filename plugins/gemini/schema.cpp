#include "schema.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace gemini {
namespace {

namespace json = sluice::json;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxSize = 1 << 20;  // references can multiply what they refer to

template <std::size_t N>
bool isAny(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// Members that mean the same there, with values that are no schemas.
constexpr std::array<std::string_view, 10> kPlain = {
    "title",    "description", "minimum",   "maximum", "minItems",
    "maxItems", "minLength",   "maxLength", "pattern", "nullable"};
constexpr std::array<std::string_view, 6> kFormats = {"date-time", "enum",  "int32",
                                                      "int64",     "float", "double"};

class Cleaning {
 public:
  explicit Cleaning(json::Value root) : root_(root) {}

  std::string run() {
    write(root_);
    return std::move(out_);
  }

 private:
  using Sources = std::vector<json::Value>;  // a schema and what it takes in by $ref and allOf

  void write(json::Value schema) {
    json::Writer writer(out_);
    if (depth_ == kMaxDepth || out_.size() > kMaxSize || !schema.isObject()) {
      writer.beginObject().member("type", "object").endObject();
      return;
    }
    ++depth_;
    const std::size_t known = open_.size();
    Sources sources;
    gather(schema, sources);
    writer.beginObject();
    writeType(writer, sources);
    for (const std::string_view name : kPlain) writer.member(name, find(sources, name));
    const json::Value format = find(sources, "format");
    if (isAny(format.string(), kFormats)) writer.member("format", format);
    writeEnum(writer, sources);
    writeProperties(writer, sources);
    writeItems(writer, sources);
    writeChoices(writer, sources);
    writer.endObject();
    open_.resize(known);
    --depth_;
  }

  void gather(json::Value schema, Sources& into) {
    if (into.size() == kMaxDepth) return;
    into.push_back(schema);
    const json::Value reference = schema["$ref"];
    if (reference.isString()) {
      const json::Value meant = resolve(reference.string());
      const bool inside = std::find(open_.begin(), open_.end(), reference.string()) != open_.end();
      open_.push_back(reference.string());
      if (meant.isObject() && !inside) gather(meant, into);
    }
    for (const json::Value part : schema["allOf"]) gather(part, into);
  }

  // "#/$defs/name"; missing if it points elsewhere.
  json::Value resolve(std::string_view pointer) {
    if (pointer.substr(0, 2) != "#/") return {};
    json::Value at = root_;
    pointer.remove_prefix(2);
    for (bool more = true; more;) {
      const std::size_t slash = pointer.find('/');
      at = member(at, pointer.substr(0, slash));
      more = slash != std::string_view::npos;
      if (more) pointer.remove_prefix(slash + 1);
    }
    return at;
  }

  // An object that references lead through is read once, however many they are.
  json::Value member(json::Value object, std::string_view name) {
    if (!object.isObject()) return {};
    const auto [known, added] = members_.try_emplace(object.raw().data());
    if (added)
      for (auto at = object.begin(); at != object.end(); ++at) known->second.emplace(at.key(), *at);
    const auto found = known->second.find(name);
    return found != known->second.end() ? found->second : json::Value();
  }

  static json::Value find(const Sources& sources, std::string_view name) {
    for (const json::Value source : sources)
      if (source[name].exists()) return source[name];
    return {};
  }
  static bool hasAny(const Sources& sources, std::string_view name) {
    return find(sources, name).exists();
  }

  // The one type; several become choices.
  void writeType(json::Writer& writer, const Sources& sources) {
    const json::Value type = find(sources, "type");
    std::string_view only = type.string();
    bool nullable = false;
    std::size_t count = 0;
    for (const json::Value one : type) {
      if (one.string() == "null") {
        nullable = true;
        continue;
      }
      if (count++ == 0) only = one.string();
    }
    choices_ = count > 1;
    if (only.empty()) only = impliedType(sources);
    type_ = only;
    if (!only.empty() && !choices_) writer.member("type", only);
    if (nullable && !hasAny(sources, "nullable")) writer.member("nullable", true);
    if (!choices_) return;
    writer.key("anyOf").beginArray();
    for (const json::Value one : type)
      if (one.string() != "null") writer.beginObject().member("type", one).endObject();
    writer.endArray();
  }
  // Of a schema that does not tell its type; empty: it has choices instead.
  static std::string_view impliedType(const Sources& sources) {
    const bool object = hasAny(sources, "properties");
    if (!object && hasAny(sources, "items")) return "array";
    if (!object && (hasAny(sources, "enum") || hasAny(sources, "const")))
      return typeOfEnum(sources);
    if (!object && (hasAny(sources, "anyOf") || hasAny(sources, "oneOf"))) return {};
    return "object";
  }
  static std::string_view typeOfEnum(const Sources& sources) {
    json::Value first = find(sources, "const");
    if (!first.exists()) first = find(sources, "enum")[std::size_t{0}];
    if (first.isNumber())
      return first.raw().find_first_of(".eE") == std::string_view::npos ? "integer" : "number";
    return first.type() == json::Type::boolean ? "boolean" : "string";
  }

  // Texts only: an enum of others is left out.
  void writeEnum(json::Writer& writer, const Sources& sources) const {
    const json::Value one = find(sources, "const"), all = find(sources, "enum");
    if (type_ != "string" || choices_) return;
    if (one.isString()) writer.key("enum").beginArray().value(one).endArray();
    bool texts = all[std::size_t{0}].exists();
    for (const json::Value value : all) texts = texts && (value.isString() || value.isNull());
    if (!texts || one.isString()) return;
    writer.key("enum").beginArray();
    for (const json::Value value : all)
      if (value.isString()) writer.value(value);
    writer.endArray();
  }

  void writeProperties(json::Writer& writer, const Sources& sources) {
    sluice::Names names;
    for (const json::Value source : sources) {
      const json::Value properties = source["properties"];
      for (auto at = properties.begin(); at != properties.end(); ++at) {
        if (!names.add(at.key())) continue;
        if (names.all().size() == 1) writer.key("properties").beginObject();
        writer.key(at.key()).raw("");
        writeBelow(*at);
      }
    }
    if (names.all().empty()) return;
    writer.endObject();
    bool any = false;
    for (const json::Value source : sources)
      for (const json::Value name : source["required"]) {
        // What is required and not described is refused.
        if (!names.has(name.string())) continue;
        if (!any) writer.key("required").beginArray();
        any = true;
        writer.value(name);
      }
    if (any) writer.endArray();
  }

  void writeItems(json::Writer& writer, const Sources& sources) {
    if (type_ != "array" || choices_) return;
    json::Value items = find(sources, "items");
    if (!items.isObject()) items = find(sources, "prefixItems")[std::size_t{0}];
    writer.key("items").raw("");
    if (items.isObject()) writeBelow(items);
    else out_ += R"({"type":"string"})";  // refused without
  }

  void writeChoices(json::Writer& writer, const Sources& sources) {
    json::Value all = find(sources, "anyOf");
    if (!all.isArray()) all = find(sources, "oneOf");
    if (!all.isArray() || choices_) return;
    bool nullable = false, any = false;
    for (const json::Value one : all) {
      if (one["type"].string() == "null") {
        nullable = true;
        continue;
      }
      if (!any) writer.key("anyOf").beginArray();
      any = true;
      writer.raw("");
      writeBelow(one);
    }
    if (any) writer.endArray();
    if (nullable && !hasAny(sources, "nullable")) writer.member("nullable", true);
  }

  // A schema inside the one that is being written, whose state it must not change.
  void writeBelow(json::Value schema) {
    const std::string_view type = type_;
    const bool choices = choices_;
    write(schema);
    type_ = type;
    choices_ = choices;
  }

  const json::Value root_;
  std::map<const char*, std::map<std::string_view, json::Value>> members_;  // by where they begin
  std::string out_;
  std::size_t depth_ = 0;
  std::vector<std::string_view> open_;  // references that are being written
  std::string_view type_;               // of the schema that is being written
  bool choices_ = false;                // it has several types
};

}  // namespace

std::string simpleSchema(json::Value schema) { return Cleaning(schema).run(); }

}  // namespace gemini
