// sluice/settings.hpp: a component's settings, read by name with their types checked. The host has
// checked them against config_schema already; what is read here says the same in case it has none.
// Threads: belongs to the constructor that reads it.
#pragma once

#include <sluice/core.hpp>
#include <sluice/json.hpp>

namespace sluice {

// What a component's constructor is given. The views end when it returns; `host` may be kept.
struct Setup {
  Host host;
  std::string_view name;    // of the instance, as configured
  std::string_view config;  // JSON, already checked against config_schema
};

// Every function throws SLUICE_INVALID_ARGUMENT naming the setting if that has another type; one
// that is missing or null reads as `otherwise`.
//   const sluice::Settings settings(setup);
//   limit_ = settings.whole("limit", 1024);
class Settings {
 public:
  explicit Settings(const Setup& setup) : Settings(setup.config) {}
  // `config` is lent for as long as this lives.
  explicit Settings(std::string_view config) {
    if (!document_.parse(config))
      throw Error(SLUICE_INVALID_ARGUMENT,
                  std::string("the settings are not JSON: ") + document_.error());
    if (!document_.root().isObject())
      throw Error(SLUICE_INVALID_ARGUMENT, "the settings are not a JSON object");
  }

  std::string string(std::string_view name, std::string_view otherwise = {}) const {
    const json::Value value = get(name);
    if (value.exists() && !value.isString()) refuse(name, "must be a string");
    return std::string(value.string(otherwise));
  }
  std::uint64_t whole(std::string_view name, std::uint64_t otherwise = 0) const {
    const json::Value value = get(name);
    if (value.exists() && !value.unsignedInteger())
      refuse(name, "must be a whole number, not negative");
    return value.unsignedInteger().value_or(otherwise);
  }
  double number(std::string_view name, double otherwise = 0) const {
    const json::Value value = get(name);
    if (value.exists() && !value.isNumber()) refuse(name, "must be a number");
    return value.number(otherwise);
  }
  bool boolean(std::string_view name, bool otherwise = false) const {
    const json::Value value = get(name);
    if (value.exists() && value.type() != json::Type::boolean)
      refuse(name, "must be true or false");
    return value.boolean(otherwise);
  }
  // An array, or a missing value.
  json::Value list(std::string_view name) const {
    const json::Value value = get(name);
    if (value.exists() && !value.isArray()) refuse(name, "must be an array");
    return value;
  }
  // Whatever it is; missing if it is null.
  json::Value get(std::string_view name) const {
    const json::Value value = document_.root()[name];
    return value.isNull() ? json::Value() : value;
  }
  // For what only the component can judge.
  [[noreturn]] static void refuse(std::string_view name, std::string_view why) {
    throw Error(SLUICE_INVALID_ARGUMENT,
                std::string("settings.").append(name).append(": ").append(why));
  }

 private:
  json::Document document_;
};

}  // namespace sluice
