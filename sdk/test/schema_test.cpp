// Every schema of sdk/schema takes its valid examples and refuses the invalid ones.
#define VALIJSON_USE_EXCEPTIONS 1
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace {

namespace fs = std::filesystem;
using valijson::adapters::NlohmannJsonAdapter;

nlohmann::json load(const fs::path& file) { return nlohmann::json::parse(std::ifstream(file)); }

bool satisfies(const nlohmann::json& document, const nlohmann::json& example) {
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(NlohmannJsonAdapter(document), schema);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  return validator.validate(schema, NlohmannJsonAdapter(example), nullptr);
}

struct SchemaTest : testing::TestWithParam<const char*> {};

TEST_P(SchemaTest, TellsItsExamplesApart) {
  const fs::path directory = SLUICE_SCHEMA_DIR;
  const nlohmann::json schema = load(directory / (std::string(GetParam()) + ".v1.json"));
  int valid = 0, invalid = 0;
  for (const auto& entry : fs::directory_iterator(directory / "examples" / GetParam())) {
    const bool expected = entry.path().filename().string().rfind("valid-", 0) == 0;
    EXPECT_EQ(satisfies(schema, load(entry)), expected) << entry.path();
    ++(expected ? valid : invalid);
  }
  EXPECT_GT(valid, 0);
  EXPECT_GT(invalid, 0);
}

TEST_P(SchemaTest, LetsUnknownMembersPass) {
  const fs::path directory = SLUICE_SCHEMA_DIR;
  const nlohmann::json schema = load(directory / (std::string(GetParam()) + ".v1.json"));
  EXPECT_EQ(schema.at("additionalProperties"), true);
  EXPECT_EQ(schema.at("title"), "sluice." + std::string(GetParam()) + "/1");
}

INSTANTIATE_TEST_SUITE_P(Sdk, SchemaTest,
                         testing::Values("chat", "context", "search", "embed", "exchange"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
