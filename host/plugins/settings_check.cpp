#include "plugins/settings_check.hpp"

#define VALIJSON_USE_EXCEPTIONS 1
#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <string_view>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "base/text.hpp"
#include "plugins/schema_walk.hpp"

namespace sluice::plugins {

namespace {

using Value = nlohmann::json;

constexpr int kDeepest = 64;

bool isDeeper(const Value& value, int levels) {
  if (levels == 0) return true;
  return value.is_structured() && std::ranges::any_of(value, [&](const Value& below) {
           return isDeeper(below, levels - 1);
         });
}

// Why `text` cannot be used; nothing if it was read into `document`.
std::optional<std::string> read(const std::string& text, Value& document) {
  try {
    document = Value::parse(text);
  } catch (const Value::parse_error& error) {
    return "is not JSON (at byte " + std::to_string(error.byte) + ")";
  } catch (const Value::exception&) {
    return "holds a number that is too large";
  }
  if (isDeeper(document, kDeepest)) return "is nested too deeply";
  return std::nullopt;
}

std::optional<std::string> compile(const Value& document, valijson::Schema& schema) {
  if (!document.is_object()) return "is not a JSON object";
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema);
  } catch (const std::exception& failure) {
    return std::string("is not a JSON Schema: ") + failure.what();
  }
  return std::nullopt;
}

std::string toText(const Value& value) {
  return value.dump(-1, ' ', false, Value::error_handler_t::replace);
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

// What the subschemas give for `keyword`, a list's items apart, without doubles.
std::vector<const Value*> valuesOf(const SchemaPlace& place, const char* keyword) {
  std::vector<const Value*> values;
  const auto add = [&](const Value& value) {
    const auto isSame = [&](const Value* other) { return *other == value; };
    if (std::ranges::none_of(values, isSame)) values.push_back(&value);
  };
  for (const Value* schema : place.schemas) {
    const auto found = schema->find(keyword);
    if (found == schema->end()) continue;
    if (found->is_array()) std::ranges::for_each(*found, add);
    else add(*found);
  }
  return values;
}

std::string asIs(const Value& value) {
  return value.is_string() ? value.get<std::string>() : toText(value);
}

std::vector<std::string> texts(const std::vector<const Value*>& values,
                               std::string (*write)(const Value&)) {
  std::vector<std::string> out;
  out.reserve(values.size());
  for (const Value* value : values) out.push_back(write(*value));
  return out;
}

std::string suggestion(std::string_view name, const std::vector<std::string_view>& known) {
  const std::string_view near = text::nearest(name, known);
  return near.empty() ? std::string() : "; did you mean " + std::string(near) + "?";
}

// --- valijson's errors in an operator's words ---

using Faults = std::vector<std::string>;

void typeFault(const SchemaPlace& place, Faults& faults) {
  const auto wanted = texts(valuesOf(place, "type"), asIs);
  const std::string found(place.value == nullptr ? "nothing" : place.value->type_name());
  // Of several forms another one has this type; what is wrong with it has a message of its own.
  if (std::ranges::find(wanted, found) != wanted.end()) return;
  faults.push_back(place.name + ": expected " + joined(wanted, " or ") + ", found " + found);
}

void enumFault(const SchemaPlace& place, Faults& faults) {
  const auto allowed = valuesOf(place, "enum");
  std::string near;
  if (place.value != nullptr && place.value->is_string()) {
    std::vector<std::string_view> names;
    for (const Value* value : allowed) {
      if (value->is_string()) names.emplace_back(value->get_ref<const std::string&>());
    }
    near = suggestion(place.value->get_ref<const std::string&>(), names);
  }
  faults.push_back(place.name + ": expected one of " + joined(texts(allowed, toText), ", ") + near);
}

void unknownMembers(const SchemaPlace& place, Faults& faults) {
  if (place.value == nullptr || !place.value->is_object()) return;
  const auto known = knownMembers(place);
  for (const auto& [name, value] : place.value->items()) {
    if (allowsMember(place, name)) continue;
    faults.push_back(memberName(place, name) + ": no such setting" + suggestion(name, known));
  }
}

// "Expected number less than or equal to 5.000000" → "expected number ... equal to 5"
std::string plainly(std::string text) {
  text.erase(text.find_last_not_of('.') + 1);
  if (!text.empty()) text[0] = text::lower(text[0]);
  const auto point = text.find_last_of('.');
  if (point != std::string::npos && point + 1 < text.size() &&
      text.find_first_not_of("0123456789", point + 1) == std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

// Errors that only say that something below them, or one of several forms, is wrong.
bool isSummary(std::string_view text) { return text.starts_with("Failed to validate"); }

void translate(const valijson::ValidationResults::Error& error, const Value& schema,
               const Value& settings, Faults& faults) {
  std::vector<std::string> path;
  for (std::size_t i = 1; i < error.context.size(); ++i) {  // the first is the root
    const std::string& step = error.context[i];
    path.push_back(step.substr(1, step.size() - 2));  // [step]
  }
  const SchemaPlace place = findPlace(schema, settings, path);
  const std::string& text = error.description;
  constexpr std::string_view kMissing = "Missing required property '";
  if (text.starts_with("Value type not permitted")) {
    typeFault(place, faults);
  } else if (text.starts_with("Failed to match against any enum values")) {
    enumFault(place, faults);
  } else if (text.starts_with("Failed to match expected value set by 'const'")) {
    faults.push_back(place.name + ": expected " +
                     joined(texts(valuesOf(place, "const"), toText), " or "));
  } else if (text.starts_with("Failed to match regex")) {
    faults.push_back(place.name + ": does not match " +
                     joined(texts(valuesOf(place, "pattern"), asIs), " or "));
  } else if (text.starts_with("Object contains a property that could not be validated")) {
    unknownMembers(place, faults);
  } else if (text.starts_with(kMissing)) {
    const std::string name = text.substr(kMissing.size(), text.size() - kMissing.size() - 2);  // '.
    faults.push_back(memberName(place, name) + ": is missing");
  } else if (!isSummary(text)) {
    faults.push_back(place.name + ": " + plainly(text));
  }
}

Faults translated(valijson::ValidationResults& results, const Value& schema,
                  const Value& settings) {
  Faults faults;
  for (const auto& error : results) translate(error, schema, settings, faults);
  Faults once;
  for (std::string& fault : faults) {
    if (std::ranges::find(once, fault) == once.end()) once.push_back(std::move(fault));
  }
  if (once.empty()) once.emplace_back("settings: fit none of the forms that the schema allows");
  return once;
}

}  // namespace

std::optional<std::string> faultOfSchema(const std::string& schema) {
  if (schema.empty()) return std::nullopt;
  Value document;
  if (auto fault = read(schema, document)) return fault;
  valijson::Schema compiled;
  return compile(document, compiled);
}

std::vector<std::string> faultsOfSettings(const std::string& schema, const std::string& settings) {
  Value document;
  if (auto fault = read(settings, document)) return {"settings: " + *fault};
  if (schema.empty()) {  // then any object will do
    if (document.is_object()) return {};
    return {std::string("settings: expected object, found ") + document.type_name()};
  }
  Value rules;
  valijson::Schema compiled;
  auto fault = read(schema, rules);
  if (!fault) fault = compile(rules, compiled);
  if (fault) return {"settings: the component's schema " + *fault};
  try {
    valijson::ValidationResults results;
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    const valijson::adapters::NlohmannJsonAdapter target(document);
    if (validator.validate(compiled, target, &results)) return {};
    return translated(results, rules, document);
  } catch (const std::exception& failure) {  // a pattern that is no regular expression
    return {std::string("settings: the component's schema cannot be used: ") + failure.what()};
  }
}

}  // namespace sluice::plugins
