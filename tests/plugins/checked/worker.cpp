// A sound worker whose first words take longer than anything that is to happen soon. It hears a
// cancel() within milliseconds, and refuses operations where it answers.
#include <chrono>
#include <sluice/plugin.hpp>
#include <thread>

struct Slow : sluice::Worker {
  static constexpr auto id = "test.checked.worker", description = "thinks before it speaks";

  void answer(const sluice::Request& request, sluice::Stream out) const override {
    if (request.op() != SLUICE_OP_CHAT) request.refuse();
    const sluice::Body asked(request);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1600);
    while (std::chrono::steady_clock::now() < until) {
      if (out.cancelled()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (const sluice::json::Value message : asked.messages()) out.text(sluice::textOf(message));
    out.finishReason("stop");
  }
};

SLUICE_PLUGIN("Tests", "1.0.0", "Apache-2.0", sluice::DirectComponent<Slow>)
