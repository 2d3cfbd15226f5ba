// memory.*: what is to be remembered.
#include "bench.hpp"
#include "random.hpp"

namespace sluice::check {

namespace {

constexpr const char* kGood[] = {
    R"({"request_id":"7f3a","at_ms":1767225600000,"scope":"key:7","conversation":"c-1",)"
    R"("messages":[{"role":"user","content":"I live in Bonn."}],"answer":{"provider":"groq",)"
    R"("model":"m","message":{"role":"assistant","content":"Noted."},"finish_reason":"stop"}})",
    R"({"request_id":"8","at_ms":1767225600001,"scope":"key:7","messages":[{"role":"user",)"
    R"("content":[{"type":"text","text":"And \u00fcber?"}]}],"answer":{"model":"m","message":)"
    R"({"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":)"
    R"({"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}})",
};
constexpr const char* kBad[] = {
    "",
    "{",
    "null",
    "[]",
    "7",
    "{}",
    R"({"request_id":"7","at_ms":1,"scope":"s"})",
    R"({"request_id":"7","at_ms":1,"scope":"s","messages":[],"answer":null})",
    R"({"request_id":7,"at_ms":"x","scope":[],"messages":"text","answer":7})",
    "\xff\xfe{}"};

sluice_status remember(const Bench& bench, std::string_view exchange, sluice_error& error) {
  error = testing::emptyError();
  note::during("it was to remember " + shown(exchange));
  return guarded("memory.remember", [&] {
    return bench.memory->remember(bench.instance, testing::str(exchange), &error);
  });
}

void checkRemember(Bench& bench) {
  sluice_error error;
  for (const char* exchange : kGood)
    if (remember(bench, exchange, error) != SLUICE_OK)
      fail("remember() with " + shown(exchange), "SLUICE_OK: this is an exchange",
           testing::describe(error), "see sdk/schema/exchange.v1.json for what may come");
  for (const char* exchange : kBad) {
    const sluice_status status = remember(bench, exchange, error);
    if (status == SLUICE_OK)
      fail("remember() with " + shown(exchange),
           "a failure with a message: this is no exchange of sdk/schema/exchange.v1.json",
           "SLUICE_OK", "parse it, and fail with SLUICE_INVALID_ARGUMENT without what is required");
    if (const std::string fault = faultOfError(status, error); !fault.empty())
      fail("remember() with " + shown(exchange), "a failure fills *err", fault,
           "fill code and message before you return");
  }
  Random random(5);
  for (int i = 0; i < 300; ++i) {
    const sluice_status status = remember(bench, random.mutated(kGood[i % 2]), error);
    if (const std::string fault = status == SLUICE_OK ? "" : faultOfError(status, error);
        !fault.empty())
      fail("remember() with a broken exchange", "a failure fills *err", fault,
           "fill code and message before you return");
  }
}

constexpr Check kChecks[] = {
    {"memory.remember", "takes exchanges, and refuses what is none with a message",
     "sluice_memory.remember; sdk/schema/exchange.v1.json", Scope::memory, checkRemember},
};

}  // namespace

std::span<const Check> memoryChecks() { return kChecks; }

}  // namespace sluice::check
