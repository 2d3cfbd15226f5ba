#include "calls/unsupported.hpp"

#include <gtest/gtest.h>

namespace sluice::calls {
namespace {

using config::Unsupported;
using plugins::Dropped;

std::string fieldsOf(const std::vector<Dropped>& dropped) {
  std::string fields = "x: y\r\n";
  appendDropped(fields, dropped);
  return fields;
}

// The field that is refused; empty: none is.
std::string refused(const std::vector<Dropped>& dropped, Unsupported rule) {
  const auto fault = faultOfDropped(dropped, rule);
  return fault ? fault->param : std::string();
}

TEST(Unsupported, ByTheRuleAFieldIsRefusedOrLeftOut) {
  const std::vector<Dropped> hint = {{"seed", false}};
  const std::vector<Dropped> both = {{"seed", false}, {"logit_bias", true}, {"n", true}};
  EXPECT_EQ(refused({}, Unsupported::refuse), "");
  EXPECT_EQ(refused(hint, Unsupported::refuse), "seed");
  EXPECT_EQ(refused(hint, Unsupported::dropHints), "");
  EXPECT_EQ(refused(both, Unsupported::dropHints), "logit_bias");
  EXPECT_EQ(refused(both, Unsupported::drop), "");
}

TEST(Unsupported, TheRefusalIsTheClientsFaultAndNamesTheField) {
  const auto fault = faultOfDropped({{"messages[0].audio", true}}, Unsupported::dropHints);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code, plugins::Code::invalidArgument);
  EXPECT_EQ(fault->symbol, "unsupported_parameter");
  EXPECT_EQ(fault->message,
            "'messages[0].audio' cannot be expressed at the provider of this model");
}

TEST(Unsupported, TheAnswersHeadListsWhatWasLeftOut) {
  EXPECT_EQ(fieldsOf({}), "x: y\r\n");
  EXPECT_EQ(fieldsOf({{"seed", false}}), "x: y\r\nx-sluice-dropped: seed\r\n");
  EXPECT_EQ(fieldsOf({{"seed", false}, {"messages[2].content[1].audio", true}}),
            "x: y\r\nx-sluice-dropped: seed, messages[2].content[1].audio\r\n");
}

TEST(Unsupported, NoNameBreaksTheHead) {
  EXPECT_EQ(fieldsOf({{"metadata.a, b\r\nX: \xc3\xa9", false}, {"user", false}}),
            "x: y\r\nx-sluice-dropped: metadata.a__b__X:___, user\r\n");
}

TEST(Unsupported, TheListIsBounded) {
  const std::vector<Dropped> many(50, {std::string(98, 'f'), false});
  const std::string fields = fieldsOf(many);
  EXPECT_LE(fields.size(), 1000 + std::string("x: y\r\nx-sluice-dropped: \r\n").size());
  EXPECT_GT(fields.size(), 900u);
  EXPECT_TRUE(fields.ends_with("f, ...\r\n"));
  EXPECT_EQ(fieldsOf({{std::string(2000, 'f'), false}}), "x: y\r\nx-sluice-dropped: ...\r\n");
}

}  // namespace
}  // namespace sluice::calls
