#include "plugins/settings_check.hpp"

#include <gtest/gtest.h>

using sluice::plugins::faultOfSchema;
using sluice::plugins::faultsOfSettings;

namespace {

using Strings = std::vector<std::string>;

constexpr const char* kSchema = R"({
  "type": "object", "additionalProperties": false, "required": ["region"],
  "definitions": {"name": {"type": "string", "pattern": "^[a-z]+$"}},
  "properties": {
    "region": {"enum": ["europe", "america", 7]},
    "limit": {"type": "integer", "minimum": 1, "maximum": 5},
    "share": {"type": "number", "exclusiveMaximum": 0.5},
    "on": {"type": "boolean"},
    "kind": {"const": "fast"},
    "name": {"$ref": "#/definitions/name"},
    "headers": {"type": "object", "additionalProperties": {"type": "string"}},
    "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "maxItems": 3},
    "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
    "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}},
                         {"type": "object", "properties": {"deep": {"type": "integer"}}}]},
    "never": false,
    "odd key": {"type": "object", "patternProperties": {"^x-": {"type": "string"}},
                "additionalProperties": false}
  }})";

Strings faults(const std::string& settings) { return faultsOfSettings(kSchema, settings); }
Strings faultsWith(const std::string& more) { return faults(R"({"region": 7, )" + more + "}"); }

TEST(Settings, ThatFitAreFine) {
  EXPECT_EQ(faults(R"({"region": "europe", "limit": 5, "share": 0.25, "on": true, "kind": "fast",
                       "name": "abc", "headers": {"A": "b"}, "tags": ["a", "b"], "pair": ["a", 1],
                       "either": ["x"], "odd key": {"x-a": "b"}})"),
            Strings{});
  EXPECT_EQ(faultsOfSettings("", ""), Strings{"settings: is not JSON (at byte 1)"});
  EXPECT_EQ(faultsOfSettings("", "{}"), Strings{});
  EXPECT_EQ(faultsOfSettings("", R"({"any": "thing"})"), Strings{});
  EXPECT_EQ(faultsOfSettings("", "null"), Strings{"settings: expected object, found null"});
  EXPECT_EQ(faultsOfSettings("{}", "[1, 2]"), Strings{});
}

TEST(Settings, FaultsNameThePathAndWhatIsExpected) {
  EXPECT_EQ(faultsWith(R"("headers": {"X": 1})"),
            Strings{"settings.headers.X: expected string, found number"});
  EXPECT_EQ(faultsWith(R"("headers": {"a.b": null})"),
            Strings{"settings.headers[\"a.b\"]: expected string, found null"});
  EXPECT_EQ(faultsWith(R"("tags": ["a", true])"),
            Strings{"settings.tags[1]: expected string, found boolean"});
  EXPECT_EQ(faultsWith(R"("pair": ["a", "b"])"),
            Strings{"settings.pair[1]: expected integer, found string"});
  EXPECT_EQ(faultsWith(R"("limit": 1.5)"),
            Strings{"settings.limit: expected integer, found number"});
  EXPECT_EQ(faultsWith(R"("limit": "3")"),
            Strings{"settings.limit: expected integer, found string"});
  EXPECT_EQ(faultsWith(R"("share": true)"),
            Strings{"settings.share: expected number, found boolean"});
  EXPECT_EQ(faultsWith(R"("on": 1)"), Strings{"settings.on: expected boolean, found number"});
  EXPECT_EQ(faultsWith(R"("kind": "slow")"), Strings{"settings.kind: expected \"fast\""});
  EXPECT_EQ(faultsWith(R"("name": "A1")"), Strings{"settings.name: does not match ^[a-z]+$"});
  EXPECT_EQ(faultsWith(R"("name": 1)"), Strings{"settings.name: expected string, found number"});
  EXPECT_EQ(faults("[]"), Strings{"settings: expected object, found array"});
}

TEST(Settings, FaultsNameLimits) {
  EXPECT_EQ(faultsWith(R"("limit": 6)"),
            Strings{"settings.limit: expected number less than or equal to 5"});
  EXPECT_EQ(faultsWith(R"("limit": 0)"),
            Strings{"settings.limit: expected number greater than or equal to 1"});
  EXPECT_EQ(faultsWith(R"("share": 0.5)"),
            Strings{"settings.share: expected number less than 0.5"});
  EXPECT_EQ(faultsWith(R"("tags": ["a", "b", "c", "d"])"),
            Strings{"settings.tags: array should contain no more than 3 elements"});
  EXPECT_EQ(faultsWith(R"("tags": ["a", "a"])"),
            Strings{"settings.tags: elements at indexes #0 and #1 violate uniqueness constraint"});
}

TEST(Settings, FaultsKnowTheNearestRightWord) {
  EXPECT_EQ(
      faults(R"({"region": "europa"})"),
      Strings{"settings.region: expected one of \"europe\", \"america\", 7; did you mean europe?"});
  EXPECT_EQ(faultsWith(R"("limt": 3, "colour": 1)"),
            (Strings{"settings.colour: no such setting",
                     "settings.limt: no such setting; did you mean limit?"}));
  EXPECT_EQ(faultsWith(R"("odd key": {"y": "z"})"),
            Strings{"settings[\"odd key\"].y: no such setting"});
  EXPECT_EQ(faults("{}"), Strings{"settings.region: is missing"});
}

TEST(Settings, AllFaultsAreTold) {
  EXPECT_EQ(faults(R"({"limit": "x", "headers": {"A": 1, "B": 2}})").size(), 4u);
}

TEST(Settings, AlternativesAreToldTogether) {
  EXPECT_EQ(faultsWith(R"("either": 5)"),
            Strings{"settings.either: expected string or array or object, found number"});
  EXPECT_EQ(faultsWith(R"("either": {"deep": "x"})"),
            Strings{"settings.either.deep: expected integer, found string"});
  EXPECT_EQ(faultsWith(R"("never": 1)"),
            Strings{"settings: fit none of the forms that the schema allows"});
}

TEST(Settings, MessagesNeverShowTheValues) {
  for (const char* setting : {"limit", "region", "kind", "name", "headers", "tags"}) {
    const auto told = faults(std::string("{\"") + setting + R"(": "SECRET-VALUE-1"})");
    ASSERT_FALSE(told.empty());
    for (const auto& fault : told) EXPECT_EQ(fault.find("SECRET"), std::string::npos) << fault;
  }
}

TEST(Schema, SaysWhyItCannotBeUsed) {
  EXPECT_FALSE(faultOfSchema(""));
  EXPECT_FALSE(faultOfSchema(kSchema));
  EXPECT_EQ(faultOfSchema("{\"type\""), "is not JSON (at byte 8)");
  EXPECT_EQ(faultOfSchema("[]"), "is not a JSON object");
  EXPECT_TRUE(
      faultOfSchema(R"({"properties": 1})").value_or("").starts_with("is not a JSON Schema: "));
  EXPECT_TRUE(faultOfSchema(R"({"$ref": "http://example.org/x"})")
                  .value_or("")
                  .starts_with("is not a JSON Schema"));
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_EQ(faultOfSchema("{\"default\": " + deep + "}"), "is nested too deeply");
  EXPECT_EQ(faultsOfSettings("{}", deep), Strings{"settings: is nested too deeply"});
}

TEST(Schema, APatternThatIsNoneIsAFault) {
  const auto told = faultsOfSettings(R"({"properties": {"a": {"pattern": "("}}})", R"({"a": "x"})");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0].starts_with("settings: the component's schema cannot be used: ")) << told[0];
}

}  // namespace
