// operation.struct-sizes: structs that are as small as can be, and larger than this version's.
#include "bench.hpp"
#include "calls.hpp"
#include "frames.hpp"
#include "lent.hpp"
#include "operation.hpp"
#include "samples.hpp"

namespace sluice::check {

namespace {

sluice_status encodeAt(const Bench& bench, const Sample& sample, std::size_t more, Lent& lent,
                       std::string& text, sluice_error& told) {
  auto* const request = lent.copy("the sluice_request", sample.asked(), more);
  request->struct_size += static_cast<std::uint32_t>(more);
  auto* const out = lent.room("the sluice_http_out", sizeof(sluice_http_out) + more);
  HttpRecord http(out);
  http.out()->struct_size += static_cast<std::uint32_t>(more);
  auto* const error =
      static_cast<sluice_error*>(lent.room("the sluice_error", sizeof(sluice_error) + more));
  error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
  const sluice_status status = guarded("codec.encode", [&] {
    return bench.codec->encode(bench.instance, request, http.out(), error);
  });
  text = http.text();
  told = *error;
  return status;
}

void decodeAt(const Bench& bench, const Sample& sample, std::size_t more, Lent& lent) {
  auto* const request = lent.copy("the sluice_request", sample.asked(), more);
  request->struct_size += static_cast<std::uint32_t>(more);
  auto* const error =
      static_cast<sluice_error*>(lent.room("the sluice_error", sizeof(sluice_error) + more));
  error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
  Pushes pushes(lent.room("the sluice_sink", sizeof(sluice_sink) + more));
  pushes.sink()->struct_size += static_cast<std::uint32_t>(more);
  void* decoder = nullptr;
  const sluice_codec& codec = *bench.codec;
  if (guarded("codec.open", [&] {
        return codec.open(bench.instance, request, 503, nullptr, 0, &decoder, error);
      }) != SLUICE_OK)
    return;
  const sluice_status status = guarded("codec.frame", [&] {
    return codec.frame(decoder, {nullptr, 0}, testing::str("{\"error\":\"busy\"}"), pushes.sink(),
                       error);
  });
  if (status == SLUICE_OK)
    guarded("codec.end", [&] { return codec.end(decoder, pushes.sink(), error); });
  guarded("codec.close", [&] {
    codec.close(decoder);
    return 0;
  });
}

// What encode() writes; empty if it is not the same each time.
std::string encodedTwice(const Bench& bench, const Sample& sample) {
  std::string texts[2];
  for (std::string& text : texts) {
    HttpRecord http;
    sluice_error error;
    encode(bench, sample.asked(), http, error);
    text = http.text();
  }
  return texts[0] == texts[1] ? texts[0] : std::string();
}

void checkEncodeSizes(const Bench& bench) {
  const Sample sample = encodable(bench).front();
  const std::string plain = encodedTwice(bench, sample);
  for (const std::size_t more : {0u, 64u}) {
    const std::string what = more == 0 ? "structs that end where a page ends"
                                       : "structs that are 64 bytes larger than this version's";
    note::during("it was given " + what);
    Lent lent;
    std::string text;
    sluice_error error;
    const sluice_status status = encodeAt(bench, sample, more, lent, text, error);
    if (status != SLUICE_OK)
      fail("gave encode() " + what, "a struct grows at its end, and what a plugin knows stays",
           testing::describe(error),
           "compare struct_size with SLUICE_HAS() before you read a field; never with ==");
    if (!plain.empty() && text != plain)
      fail("gave encode() " + what, "the same request as without", "another one",
           "do not look beyond the fields that you know");
    decodeAt(bench, sample, more, lent);
  }
}

void checkStartSizes(const Bench& bench) {
  const Sample sample = answerable(bench);
  for (const std::size_t more : {0u, 64u}) {
    const std::string what = more == 0 ? "structs that end where a page ends"
                                       : "structs that are 64 bytes larger than this version's";
    note::during("it was given " + what);
    // Lent until the end of the process: the operation may take its time.
    auto* const lent = new Lent;
    auto* const request = lent->copy("the sluice_request", sample.asked(), more);
    request->struct_size += static_cast<std::uint32_t>(more);
    auto* const error =
        static_cast<sluice_error*>(lent->room("the sluice_error", sizeof(sluice_error) + more));
    error->struct_size = static_cast<std::uint32_t>(sizeof(sluice_error) + more);
    auto* const recorder = new testing::Recorder;
    auto* const sink = lent->copy("the sluice_sink", *recorder->sink(), more);
    sink->struct_size += static_cast<std::uint32_t>(more);
    void* call = nullptr;
    const sluice_status status = guarded("direct.start", [&] {
      return bench.direct->start(bench.instance, request, sink, &call, error);
    });
    if (status != SLUICE_OK)
      fail("gave start() " + what, "a struct grows at its end, and what a plugin knows stays",
           testing::describe(*error),
           "compare struct_size with SLUICE_HAS() before you read a field; never with ==");
    const auto until = std::chrono::steady_clock::now() + patience(bench);
    while (recorder->finished() == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (recorder->finished() != 0 && SLUICE_HAS(sluice_direct, bench.direct, release) &&
        bench.direct->release != nullptr)
      bench.direct->release(call);
  }
}

void checkChunkSizes(const Bench& bench) {
  for (const Recorded& known : recorded(bench)) {
    const testing::Transcript& transcript = known.transcript;
    note::during("the transcript " + transcript.name + " was decoded");
    Pushes pushes;
    decode(bench, transcript.asked(), transcript.status, transcript.fields(), known.frames(),
           pushes);
    if (!pushes.badSize.empty())
      fail("decoded the transcript " + transcript.name,
           "a struct begins with its struct_size, or a host takes its fields for missing",
           pushes.badSize, "set struct_size to the struct's sizeof");
  }
}

void checkStructSizes(Bench& bench) {
  Lent::nameFaults();
  if (bench.codec != nullptr) {
    checkEncodeSizes(bench);
    checkChunkSizes(bench);
  }
  if (bench.direct != nullptr) checkStartSizes(bench);
}

constexpr Check kChecks[] = {
    {"operation.struct-sizes", "takes structs that have grown, and reads no further than they go",
     "Growth: Read a field of the other side's struct only if it is there", Scope::request,
     checkStructSizes, true},
};

}  // namespace

std::span<const Check> structChecks() { return kChecks; }

}  // namespace sluice::check
