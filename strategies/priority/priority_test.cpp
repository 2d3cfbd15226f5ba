#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

// Candidates by a letter each, `+` healthy and `-` not; answers with the letters as ranked.
std::string rank(const std::string& candidates) {
  Host host;
  const Instance instance("sluice.priority", host);
  std::vector<sluice_candidate> made(candidates.size());
  std::vector<const sluice_candidate*> list;
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i].struct_size = sizeof made[i];
    made[i].flags = candidates[i] == '+' ? SLUICE_CAND_HEALTHY : 0u;
    list.push_back(&made[i]);
  }
  std::vector<std::uint32_t> order(list.size());
  std::size_t ordered = 0;
  sluice_error error = emptyError();
  const sluice_request request = chat("", "{}", false);
  if (instance.strategy()->rank(instance.get(), &request, list.data(), list.size(), order.data(),
                                &ordered, &error) != SLUICE_OK)
    return describe(error);
  std::string out;
  for (std::size_t i = 0; i < ordered; ++i) out += std::to_string(order[i]);
  return out;
}

TEST(Priority, KeepsTheConfiguredOrder) {
  EXPECT_EQ(rank("+++"), "012");
  EXPECT_EQ(rank("+"), "0");
  EXPECT_EQ(rank(""), "");
}

TEST(Priority, PutsTheUnhealthyLastInTheirOrder) {
  EXPECT_EQ(rank("-+-+"), "1302");
  EXPECT_EQ(rank("---"), "012");
}

TEST(Priority, IsAStrategy) {
  EXPECT_EQ(component("sluice.priority").kind, static_cast<std::uint32_t>(SLUICE_KIND_STRATEGY));
}

}  // namespace
