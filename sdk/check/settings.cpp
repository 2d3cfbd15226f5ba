#include "settings.hpp"

#define VALIJSON_USE_EXCEPTIONS 1
#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace sluice::check {

namespace {

using Value = nlohmann::json;

std::string toText(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

Value parsed(const char* text) {
  return text == nullptr ? Value::object() : Value::parse(text, nullptr, false);
}

void compile(const Value& document, valijson::Schema& into) {
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), into);
}

bool fits(const Value& schema, const Value& value) {
  try {
    valijson::Schema compiled;
    compile(schema, compiled);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(compiled, valijson::adapters::NlohmannJsonAdapter(value), nullptr);
  } catch (const std::exception&) {
    return false;
  }
}

// Whether a schema lets values of this type be, as far as `type` tells.
bool mayBe(const Value& schema, std::string_view type) {
  const auto told = schema.is_object() ? schema.find("type") : schema.end();
  if (!schema.is_object() || told == schema.end()) return true;
  if (told->is_string()) return *told == type;
  return told->is_array() && std::ranges::find(*told, Value(type)) != told->end();
}

std::vector<std::string> words(std::string_view name) {
  std::vector<std::string> out(1);
  bool lower = false;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if ((upper && lower) || c == '_' || c == '-' || c == '.') out.emplace_back();
    lower = c >= 'a' && c <= 'z';
    if (c != '_' && c != '-' && c != '.') out.back() += static_cast<char>(upper ? c + 32 : c);
  }
  return out;
}

bool looksSecret(std::string_view name) {
  constexpr std::array<std::string_view, 11> kEnds = {
      "key",    "keys",       "token",       "secret", "secrets",   "password",
      "passwd", "credential", "credentials", "pwd",    "passphrase"};
  const auto all = words(name);
  const std::string& last = all.back();
  if (all.front() == "public") return false;
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return last.ends_with(end); });
}

// Whether a setting may be a secret: its author has not said, and it is no choice among a few
// words.
bool isOpen(const Value& schema) {
  const auto mark = schema.find("x-secret");
  const bool said = mark != schema.end() && mark->is_boolean();
  return !said && !schema.contains("enum") && !schema.contains("const");
}

bool isMarked(const Value& schema) {
  const auto mark = schema.find("x-secret");
  return mark != schema.end() && *mark == true;
}

// Calls each(path, schema) for the settings of a schema, also those inside others.
template <class F>
void eachSetting(const Value& schema, const std::string& path, int levels, const F& each) {
  if (!schema.is_object() || levels == 0) return;
  for (const char* list : {"properties", "patternProperties"}) {
    const auto members = schema.find(list);
    if (members == schema.end() || !members->is_object()) continue;
    for (const auto& [name, below] : members->items()) {
      if (!below.is_object()) continue;
      const std::string at = path.empty() ? name : path + "." + name;
      each(at, name, below);
      eachSetting(below, at, levels - 1, each);
    }
  }
  for (const char* list : {"allOf", "anyOf", "oneOf"}) {
    const auto forms = schema.find(list);
    if (forms == schema.end() || !forms->is_array()) continue;
    for (const Value& form : *forms) eachSetting(form, path, levels - 1, each);
  }
  for (const char* below : {"items", "additionalProperties", "then", "else"})
    if (schema.contains(below)) eachSetting(schema[below], path, levels - 1, each);
}

// A value that a schema gives for itself, or one made up as its type says; discarded if there is
// neither. Whether it fits is for the validator to say.
Value valueOf(const Value& schema, int levels);
Value madeUp(const Value& schema, int levels);

Value objectOf(const Value& schema, int levels) {
  Value out = Value::object();
  if (levels == 0) return out;
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return out;
  for (const Value& name : *required) {
    if (!name.is_string()) continue;
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->contains(name.get<std::string>())) return {};
    Value value = valueOf((*properties)[name.get<std::string>()], levels - 1);
    if (value.is_discarded()) return value;
    out[name.get<std::string>()] = std::move(value);
  }
  return out;
}

// A whole number where one will do.
Value madeUpNumber(const Value& schema) {
  const auto bound = [&](const char* name) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_number() ? std::optional(found->get<double>())
                                                       : std::nullopt;
  };
  double value = 1;
  if (const auto most = bound("maximum")) value = std::min(value, *most);
  if (const auto most = bound("exclusiveMaximum")) value = std::min(value, *most - 1);
  if (const auto least = bound("minimum")) value = std::max(value, *least);
  if (const auto least = bound("exclusiveMinimum"); least && value <= *least) value = *least + 1;
  if (const auto step = bound("multipleOf"); step && *step > 0)
    value = std::ceil(value / *step) * *step;
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

std::size_t leastOf(const Value& schema, const char* name) {
  const auto found = schema.find(name);
  const bool small = found != schema.end() && found->is_number_unsigned() && *found < 1000;
  return small ? found->get<std::size_t>() : 0;
}

Value madeUp(const Value& schema, int levels) {
  const auto told = schema.find("type");
  if (told == schema.end()) return Value(Value::value_t::discarded);
  const Value type = told->is_array() && !told->empty() ? (*told)[0] : *told;
  if (type == "object") return objectOf(schema, levels);
  if (type == "integer" || type == "number") return madeUpNumber(schema);
  if (type == "boolean") return false;
  if (type == "string" && schema.value("format", Value()) == "uri") return "http://127.0.0.1:9";
  if (type == "string")
    return std::string(std::max<std::size_t>(1, leastOf(schema, "minLength")), 'x');
  if (type != "array") return Value(Value::value_t::discarded);
  Value out = Value::array();
  const auto items = schema.find("items");
  for (std::size_t i = 0; i < leastOf(schema, "minItems"); ++i) {
    Value item = items != schema.end() && levels > 0 ? valueOf(*items, levels - 1) : Value("x");
    if (item.is_discarded()) return item;
    out.push_back(std::move(item));
  }
  return out;
}

Value valueOf(const Value& schema, int levels) {
  const Value none(Value::value_t::discarded);
  if (!schema.is_object()) return none;
  if (schema.contains("default")) return schema["default"];
  if (schema.contains("const")) return schema["const"];
  for (const char* list : {"examples", "enum"})
    if (schema.contains(list) && schema[list].is_array() && !schema[list].empty())
      return schema[list][0];
  return madeUp(schema, levels);
}

void putSecret(const Value& schema, Value& into, const std::string& secret, int levels) {
  if (!schema.is_object() || levels == 0 || !into.is_object()) return;
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return;
  for (const auto& [name, below] : properties->items()) {
    if (!below.is_object()) continue;
    if (isMarked(below) && mayBe(below, "string")) {
      into[name] = secret;
    } else if (isMarked(below) && mayBe(below, "array")) {
      into[name] = Value::array({secret});
    } else if (below.contains("properties")) {
      Value inside = into.value(name, Value::object());
      putSecret(below, inside, secret, levels - 1);
      if (inside.is_object() && !inside.empty()) into[name] = std::move(inside);
    }
  }
}

constexpr int kDeepest = 8;

}  // namespace

std::optional<std::string> faultOfSchema(const char* schema) {
  if (schema == nullptr) return std::nullopt;
  Value document;
  try {
    document = Value::parse(schema);
  } catch (const Value::parse_error& error) {
    return "is not JSON (at byte " + std::to_string(error.byte) + ")";
  }
  if (!document.is_object()) return "is no JSON object";
  if (const auto told = document.find("$schema");
      told != document.end() &&
      (!told->is_string() ||
       !told->get_ref<const std::string&>().starts_with("http://json-schema.org/draft-07/schema")))
    return "is not draft-07 by its own word: its $schema is " + toText(*told);
  try {
    valijson::Schema compiled;
    compile(document, compiled);
  } catch (const std::exception& fault) {
    return std::string("is no JSON Schema: ") + fault.what();
  }
  if (!mayBe(document, "object"))
    return "describes no object: its type is " + toText(document["type"]);
  return std::nullopt;
}

std::vector<std::string> unmarkedSecrets(const char* schema) {
  std::vector<std::string> out;
  eachSetting(parsed(schema), {}, kDeepest,
              [&](const std::string& path, const std::string& name, const Value& setting) {
                const bool text = mayBe(setting, "string") || mayBe(setting, "array");
                if (text && looksSecret(name) && isOpen(setting)) out.push_back(path);
              });
  return out;
}

bool takes(const char* schema, const std::string& settings) {
  const Value value = Value::parse(settings, nullptr, false);
  if (value.is_discarded()) return false;
  return schema == nullptr ? value.is_object() : fits(parsed(schema), value);
}

std::string withSecret(const char* schema, const std::string& settings, const std::string& secret) {
  Value value = Value::parse(settings, nullptr, false);
  if (value.is_discarded() || schema == nullptr) return settings;
  putSecret(parsed(schema), value, secret, kDeepest);
  return toText(value);
}

std::optional<std::string> sampleSettings(const char* schema, const std::string& secret) {
  const Value rules = parsed(schema);
  if (rules.is_discarded()) return "{}";
  Value value = objectOf(rules, kDeepest);
  // A key that is required is seldom given an example; any will do here.
  for (const auto& name : rules.value("required", Value::array())) {
    const auto properties = rules.find("properties");
    if (!value.is_discarded() || !name.is_string() || properties == rules.end()) break;
    Value trial = rules;
    for (auto& [known, below] : trial["properties"].items())
      if (below.is_object() && isMarked(below) && !below.contains("default"))
        below["default"] = secret.empty() ? "check" : secret;
    value = objectOf(trial, kDeepest);
    break;
  }
  if (value.is_discarded()) return std::nullopt;
  const std::string text = toText(value);
  if (schema != nullptr && !fits(rules, value)) return std::nullopt;
  return secret.empty() ? text : withSecret(schema, text, secret);
}

std::vector<std::string> badSettings(const char* schema, const std::string& good) {
  std::vector<std::string> out = {"",
                                  " ",
                                  "null",
                                  "[]",
                                  "7",
                                  "\"text\"",
                                  "{",
                                  "{]",
                                  "{\"a\":",
                                  "{\"a\" 1}",
                                  "\xff\xfe{}",
                                  std::string("{\"\0\":1}", 7),
                                  "{\"unknown-setting\":{\"a\":[1,2,{\"b\":null}]}}"};
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "[";
  out.push_back("{\"a\":" + deep);
  if (good.size() > 2) {
    out.push_back(good.substr(0, good.size() / 2));
    out.push_back(good + "}");
  }
  const Value base = Value::parse(good, nullptr, false);
  const Value rules = parsed(schema);
  const auto properties = rules.is_object() ? rules.find("properties") : rules.end();
  if (!rules.is_object() || properties == rules.end() || !properties->is_object()) return out;
  const std::vector<Value> wrong = {5,
                                    -1,
                                    1e300,
                                    true,
                                    nullptr,
                                    "",
                                    "high",
                                    "\r\n\t\u0001",
                                    std::string(100000, 'x'),
                                    Value::array(),
                                    Value::array({1, "a", nullptr}),
                                    Value::object(),
                                    {{"a", {{"b", 1}}}, {"c", "d"}}};
  for (const auto& [name, below] : properties->items())
    for (const Value& value : wrong) {
      Value trial = base.is_object() ? base : Value::object();
      trial[name] = value;
      out.push_back(toText(trial));
    }
  return out;
}

}  // namespace sluice::check
