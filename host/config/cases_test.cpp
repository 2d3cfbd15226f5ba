// Runs every file of cases/. A case is text in parts, each begun by a line `--- name`:
//   before the first   what the case shows, and lines `env NAME=value` for its environment
//   --- sluice.yaml    the configuration; other names are files beside it
//   --- expect         JSON that the dump must hold (objects may have more members), or else the
//                      faults as they are shown, to the letter
//   --- warnings       the notices as they are shown; without this part there must be none
#include <Poco/JSON/Parser.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "config/dump.hpp"
#include "config/load.hpp"

namespace sluice::config {
namespace {

namespace fs = std::filesystem;
using Poco::Dynamic::Var;

struct Case {
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> parts;
};

Case parseCase(const fs::path& file) {
  Case parsed;
  std::ifstream in(file);
  std::string part;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("--- ")) {
      part = line.substr(4);
      parsed.parts[part];
    } else if (!part.empty()) {
      parsed.parts[part] += line + '\n';
    } else if (line.starts_with("env ")) {
      const std::size_t equals = line.find('=');
      parsed.environment[line.substr(4, equals - 4)] = line.substr(equals + 1);
    }
  }
  return parsed;
}

// A directory of its own as the working directory, for the time of a test.
class WorkDirectory {
 public:
  WorkDirectory() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "sluice-config-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
    fs::current_path(path_);
  }
  ~WorkDirectory() {
    fs::current_path(before_);
    fs::remove_all(path_);
  }
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

 private:
  fs::path before_;
  fs::path path_;
};

void expectHolds(const Var& expected, const Var& actual, const std::string& path) {
  if (expected.type() == typeid(Poco::JSON::Object::Ptr)) {
    ASSERT_TRUE(actual.type() == expected.type()) << path << " is no object";
    const auto& wanted = *expected.extract<Poco::JSON::Object::Ptr>();
    const auto& given = *actual.extract<Poco::JSON::Object::Ptr>();
    for (const auto& [name, value] : wanted) {
      const std::string member = std::string(path).append(" ").append(name);
      ASSERT_TRUE(given.has(name)) << member << " is missing";
      expectHolds(value, given.get(name), member);
    }
  } else if (expected.type() == typeid(Poco::JSON::Array::Ptr)) {
    ASSERT_TRUE(actual.type() == expected.type()) << path << " is no array";
    const auto& wanted = *expected.extract<Poco::JSON::Array::Ptr>();
    const auto& given = *actual.extract<Poco::JSON::Array::Ptr>();
    ASSERT_EQ(wanted.size(), given.size()) << path;
    for (unsigned i = 0; i < wanted.size(); ++i) {
      expectHolds(wanted.get(i), given.get(i), path + ' ' + std::to_string(i));
    }
  } else {
    EXPECT_EQ(expected.isEmpty(), actual.isEmpty()) << path;
    EXPECT_EQ(expected.isString(), actual.isString()) << path;
    EXPECT_EQ(expected.isBoolean(), actual.isBoolean()) << path;
    EXPECT_EQ(Var::toString(expected), Var::toString(actual)) << path;
  }
}

std::string rendered(const Loaded& loaded) {
  return loaded.faults.empty() ? std::string() : render(loaded.faults) + '\n';
}

std::string rendered(const std::vector<Notice>& notices) {
  std::string out;
  for (const Notice& notice : notices) out += render(notice) + '\n';
  return out;
}

class ConfigCase : public testing::TestWithParam<fs::path> {};

TEST_P(ConfigCase, IsResolvedOrRefusedAsItSays) {
  Case given = parseCase(GetParam());
  ASSERT_TRUE(given.parts.contains("sluice.yaml"));
  ASSERT_TRUE(given.parts.contains("expect"));
  const std::string expected = given.parts.extract("expect").mapped();
  const std::string warnings = given.parts["warnings"];
  given.parts.erase("warnings");

  const WorkDirectory directory;
  for (const auto& [name, text] : given.parts) {
    if (fs::path(name).has_parent_path()) fs::create_directories(fs::path(name).parent_path());
    std::ofstream(name) << text;
  }
  Options options;
  options.environment = orElse({}, given.environment);
  const Loaded loaded = loadFile("sluice.yaml", options);

  EXPECT_EQ(rendered(loaded.notices), warnings);
  if (!expected.starts_with('{')) {
    EXPECT_FALSE(loaded.config.has_value());
    EXPECT_EQ(rendered(loaded), expected);
    return;
  }
  ASSERT_EQ(rendered(loaded), "");
  Poco::JSON::Parser wanted;
  Poco::JSON::Parser resolved;
  expectHolds(wanted.parse(expected), resolved.parse(dump(loaded.config.value_or(Config()))),
              "config");
}

std::vector<fs::path> caseFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(SLUICE_CONFIG_CASES)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Files, ConfigCase, testing::ValuesIn(caseFiles()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace sluice::config
