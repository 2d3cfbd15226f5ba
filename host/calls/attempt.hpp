// Attempt: one try of a call on one lane, from the plugin's request to the last byte of the answer.
// Until the commit point nothing reaches the client; what comes is held, and a failure leaves the
// client as it was. After it, the answer goes on as it comes, or ends as broken.
// Threads: one loop.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "calls/client.hpp"
#include "calls/dialect.hpp"
#include "calls/intake.hpp"
#include "calls/judge.hpp"
#include "calls/plan.hpp"
#include "calls/services.hpp"
#include "upstream/exchange.hpp"
#include "upstream/signing/signer.hpp"

namespace sluice::calls {

class Attempt final : public Removable {
 public:
  struct Context {
    std::string_view requestId;
    std::uint64_t number = 0;             // of the call, in this process
    unsigned attempts = 1;                // this one included; shown to the client
    io::TimePoint received;               // when the call came
    std::chrono::microseconds waited{0};  // for upstreams and pauses, before this attempt
    io::Deadline deadline;                // of the call
    io::CancelToken cancel;
    std::size_t maxAnswerBytes = 0;
  };
  // Everything must outlive the attempt.
  Attempt(Services& services, const Inquiry& inquiry, Client& client, const Step& step,
          const Context& context);

  enum class End : std::uint8_t {
    answered,
    failed,     // before the commit point; see mishap()
    broken,     // after it; see mishap(). The client has not been told
    cancelled,  // see Client::left()
  };
  io::Task<End> run();

  void remove() noexcept override;
  const plugins::Instance& instance() const noexcept override { return *instance_; }

  const Mishap& mishap() const noexcept { return mishap_; }
  // An upstream's refusal in the client's own dialect, to be passed on as it came; empty: none.
  const std::string& refusal() const noexcept { return refusal_; }
  // What of the upstream's head goes on to the client; with refusal().
  const std::string& passedFields() const noexcept { return passedFields_; }
  // What a refusal says of the upstream's limits, for the client.
  const std::string& limits() const noexcept { return limits_; }

  bool committed() const noexcept { return committed_; }
  const std::optional<plugins::Usage>& usage() const noexcept { return usage_; }
  std::uint64_t contentBytes() const noexcept { return contentBytes_; }
  io::TimePoint began() const noexcept { return began_; }
  std::chrono::microseconds waited() const noexcept { return waited_; }  // for the upstream
  std::chrono::microseconds first() const noexcept { return first_; }  // since received; zero: none
  // To the first content, since this attempt began; zero: none came.
  std::chrono::microseconds latency() const noexcept { return latency_; }
  bool concluded() const noexcept { return concluded_; }  // the answer's end is on its way
  std::chrono::microseconds overhead() const noexcept { return overhead_; }

 private:
  io::Task<End> viaCodec();
  io::Task<End> viaDirect();
  io::Task<End> sign(plugins::Encoded& encoded, const upstream::Request& wanted);
  End unsignable();
  io::Task<End> refused(upstream::Exchange& exchange);
  io::Task<End> relay(upstream::Exchange& exchange, Intake& intake);
  io::Task<End> whole(upstream::Exchange& exchange, Intake& intake);
  io::Task<upstream::Exchange::State> readBody(upstream::Exchange& exchange, std::string& body,
                                               std::size_t most);
  io::Task<io::Wake> waitPinging(io::Slot& slot, io::Deadline silent, const Intake& intake);
  io::Task<End> conclude(Intake& intake, std::string_view passedOn);

  std::optional<plugins::Fault> prepare();
  bool encode(plugins::Encoded& encoded);
  void takeClientFields(std::string& fields) const;
  std::optional<Intake> intakeFor(const upstream::Exchange& exchange, plugins::Framing framing);
  std::string_view key() const noexcept;  // empty: the provider has none
  plugins::Fault withoutKey(plugins::Fault fault) const;
  bool hideSecrets(std::string& text) const;
  bool repeatsSecrets(std::string_view json) const;
  bool faulty(const Intake& intake);
  bool tooLong(const Progress& progress);
  End brokenOff(const upstream::Exchange& exchange, const Intake& intake,
                upstream::Exchange::State state);
  io::Status offer(const Progress& progress);
  void begin(std::string_view contentType, std::optional<std::size_t> length);
  void note(const Progress& progress);
  bool comesAtOnce() const noexcept;
  io::Deadline silenceEnds(bool content) const;
  End ended(io::Wake wake, bool content);
  End transportFailed(upstream::Failure failure, const std::string& detail);
  End failedWith(MishapKind kind, plugins::Fault fault);
  End stopped();
  End clientGone() const noexcept { return End::cancelled; }

  Services& services_;
  const Inquiry& inquiry_;
  Client& client_;
  const Step& step_;
  const Context& context_;
  const Provider& provider_;
  const plugins::InstanceUse instance_;
  io::CancelSource cancel_;  // with the call's, or by remove()
  bool removed_ = false;
  io::TimePoint began_ = std::chrono::steady_clock::now();
  io::Deadline total_;
  io::Deadline contentBy_;

  // Asked for with each event, hence kept here and not asked of objects elsewhere in memory.
  const bool stream_;
  bool own_ = false;  // the client's own body goes out, and the answer's bytes go on
  bool committed_ = false;
  bool concluded_ = false;

  std::string body_;                       // of the request
  std::vector<plugins::Dropped> dropped_;  // members that it goes out without
  std::string passedFields_;
  std::string limits_;
  plugins::Request request_;
  upstream::Signed signed_;
  std::string held_;  // frames that wait for content
  Mishap mishap_;
  std::string refusal_;
  std::optional<plugins::Usage> usage_;
  std::uint64_t contentBytes_ = 0;
  std::chrono::microseconds waited_{0};
  std::chrono::microseconds first_{0};
  std::chrono::microseconds latency_{0};
  std::chrono::microseconds overhead_{0};
};

}  // namespace sluice::calls
