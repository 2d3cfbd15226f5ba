#include "config/schema.hpp"

#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <valijson/adapters/poco_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "config/document.hpp"
#include "config/load.hpp"
#include "config/value_json.hpp"

namespace sluice::config {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What an editor would say of the YAML text.
class Editor {
 public:
  Editor() {
    const Poco::Dynamic::Var json = Poco::JSON::Parser().parse(jsonSchema());
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::PocoJsonAdapter(json), schema_);
  }

  bool accepts(const std::string& yaml) {
    Report report;
    const std::optional<Node> root = parseDocument(report, report.addFile("x.yaml", yaml));
    if (!root) return false;
    std::string text;
    appendJson(text, *root, report);
    const Poco::Dynamic::Var json = Poco::JSON::Parser().parse(text);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(schema_, valijson::adapters::PocoJsonAdapter(json), nullptr);
  }

 private:
  valijson::Schema schema_;
};

TEST(Schema, IsTheOneThatLiesBesideTheShippedFile) {
  EXPECT_EQ(contents(SLUICE_SHIPPED_CONFIG "/sluice.schema.json"), jsonSchema());
}

TEST(Schema, AcceptsTheShippedFile) {
  EXPECT_TRUE(Editor().accepts(std::string(embeddedDefaults())));
}

TEST(Schema, AcceptsWhatTheLoaderAccepts) {
  Editor editor;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SLUICE_CONFIG_CASES)) {
    const std::string text = contents(entry.path());
    const std::string begin = "--- sluice.yaml\n";
    const std::size_t yaml = text.find(begin) + begin.size();
    if (text.find("--- expect\n{") == text.npos) continue;
    EXPECT_TRUE(editor.accepts(text.substr(yaml, text.find("\n--- ", yaml - 1) + 1 - yaml)))
        << entry.path();
    ++files;
  }
  EXPECT_GT(files, 10);
}

TEST(Schema, RefusesWhatTheLoaderRefusesByTheTable) {
  Editor editor;
  for (const char* yaml :
       {"servr: {}", "server: {lisen: x}", "server: {loops: many}", "server: {loops: 257}",
        "server: {loops: \"2\"}", "server: {allowed_hosts: x}", "log: {level: loud}",
        "providers: {Groq: {component: x}}", "providers: {groq: {}}", "providers: [groq]",
        "providers: {groq: {component: x, base_url: ftp://x}}", "routes: [{match: x}]",
        "virtual_models: {auto: {targets: []}}", "virtual_models: {auto: {targets: [x]}}",
        "models: {x: {}}", "models: {x/y: {input: -1}}", "plugins: {enable: [a.b/c]}",
        "plugins: {enable: [{file: x, sha256: y}]}", "limits: {}"}) {
    EXPECT_FALSE(editor.accepts(yaml)) << yaml;
    EXPECT_FALSE(loadText("x.yaml", yaml, {{}, {}, false}).faults.empty()) << yaml;
  }
}

}  // namespace
}  // namespace sluice::config
