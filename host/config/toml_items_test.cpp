#include "config/toml_items.hpp"

#include <gtest/gtest.h>

namespace sluice::config {
namespace {

std::string joined(const TomlItem& item) {
  std::string all;
  for (const std::string& part : item.path) all += (all.empty() ? "" : "|") + part;
  return item.header ? "[" + all + "]" : all + "=" + std::string(item.value);
}

// Each item, one after the other; "?" if the text is not TOML.
std::string itemsOf(std::string_view text) {
  const auto items = tomlItems(text);
  if (!items) return "?";
  std::string all;
  for (const TomlItem& item : *items) all += joined(item) + ";";
  return all;
}

TEST(TomlItems, AreSettingsWithTheirTables) {
  EXPECT_EQ(itemsOf("a = 1\r\nb.c='x' # y\n[t]\nd = true\n[[ l . \"m n\" ]]\ne=2"),
            "a=1;b|c='x';[t];t|d=true;[l|m n];l|m n|e=2;");
  EXPECT_EQ(itemsOf(""), "");
  EXPECT_EQ(itemsOf("\n # only this\n"), "");
}

TEST(TomlItems, KeepValuesOfSeveralLinesTogether) {
  EXPECT_EQ(itemsOf("a = [ # [no]\n 1, ']',\n] # end\nb = 2\n"), "a=[ # [no]\n 1, ']',\n];b=2;");
  EXPECT_EQ(itemsOf("a = \"\"\"\n[no]\nb = 1\\\"\"\"\" # end\nb = 2\n"),
            "a=\"\"\"\n[no]\nb = 1\\\"\"\"\";b=2;");
  EXPECT_EQ(itemsOf("a = '''\n[no]''''\nb = {c = {}, d = []}\n"),
            "a='''\n[no]'''';b={c = {}, d = []};");
}

TEST(TomlItems, AreNoneOfWhatIsNotToml) {
  for (const char* const text :
       {"a", "a =", "= 1", "a = \"x", "a = 'x\n'", "a = [1", "a = 1]", "[t", "[t] x", "[]", "[[t]",
        "a. = 1", "a = \"\"\"x", "\"a = 1", "a b = 1", "words\n"}) {
    EXPECT_EQ(itemsOf(text), "?") << text;
  }
}

TEST(TomlItems, AreReadUpToAnyEnd) {
  const std::string text =
      "a = \"x\\\"y\" # z\n[t.'u']\nb = '''\n'''\nc = [{d = \"\"\"\\\"\"\"\"}]\n";
  for (std::size_t end = 0; end <= text.size(); ++end) {
    const std::string cut = text.substr(0, end);
    const auto items = tomlItems(cut);
    // What can be read takes another table at its end.
    if (items) EXPECT_EQ(itemsOf(cut + "\n[more]\n"), itemsOf(cut) + "[more];") << cut;
  }
  EXPECT_NE(itemsOf(text), "?");
}

}  // namespace
}  // namespace sluice::config
