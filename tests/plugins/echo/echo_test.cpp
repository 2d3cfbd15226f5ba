#include <gtest/gtest.h>

#include <sluice/testing.hpp>

namespace {

using namespace sluice::testing;

TEST(Echo, WorksInPlainC) {
  Host host;
  const Instance echo("test.echo", host);
  EXPECT_EQ(run(echo, chat("m", "{\"a\":1}", true)), "text \"{\\\"a\\\":1}\"\nfinish stop\n");
  EXPECT_EQ(run(echo, models()), "error UNIMPLEMENTED \"echo only chats\"\n");
}

TEST(Echo, StopsWhenNobodyReads) {
  Host host;
  const Instance echo("test.echo", host);
  Recorder recorder;
  recorder.answer({SLUICE_CANCELLED});
  const sluice_request request = chat("m", "x", true);
  void* call = nullptr;
  sluice_error error = emptyError();
  ASSERT_EQ(echo.direct()->start(echo.get(), &request, recorder.sink(), &call, &error), SLUICE_OK);
  EXPECT_EQ(recorder.log(), "text \"x\"\nerror CANCELLED \"\"\n");
}

}  // namespace
