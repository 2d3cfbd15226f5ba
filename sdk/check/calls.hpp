// The codec's calls, as checks make them; what encode() writes and what a decoder pushes is kept.
// Threads: an HttpRecord and a Pushes belong to one; the functions without `note` run on any.
#pragma once

#include <sluice/plugin.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench.hpp"

namespace sluice::check {

// The HTTP request that encode() writes, and what is wrong with how it does.
class HttpRecord {
 public:
  explicit HttpRecord(void* at = nullptr);  // in the memory given; NULL: in its own
  HttpRecord(const HttpRecord&) = delete;
  HttpRecord& operator=(const HttpRecord&) = delete;

  sluice_http_out* out() noexcept { return out_; }
  std::uint32_t framing() const noexcept { return out_->framing; }
  std::string_view body() const noexcept { return body_; }
  std::string text() const;            // all of it, to be compared
  std::string withoutSecrets() const;  // the same without the names of secrets
  std::string fault() const;           // "gave no method and path"; empty: none

 private:
  static HttpRecord& of(sluice_http_out* out) noexcept {
    return *static_cast<HttpRecord*>(out->host_data);
  }
  void start(std::string_view method, std::string_view path);
  void header(std::string_view name, std::string_view value);
  void sign(std::string_view scheme, std::string_view params);
  void dropped(std::uint32_t weight, std::string_view field);
  void wrong(std::string what);

  sluice_http_out own_{};
  sluice_http_out* out_;
  bool started_ = false, signed_ = false;
  std::string line_, headers_, secrets_, signing_, dropped_, body_, fault_;
};

// Noted and guarded.
sluice_status encode(const Bench& bench, const sluice_request& request, HttpRecord& http,
                     sluice_error& error);

// A sink that keeps what is pushed, and what is wrong with it.
class Pushes {
 public:
  explicit Pushes(void* at = nullptr);
  Pushes(const Pushes&) = delete;
  Pushes& operator=(const Pushes&) = delete;

  sluice_sink* sink() noexcept { return sink_; }
  // The answer to a push, by its number from 0.
  std::function<sluice_status(std::size_t)> answer;
  std::string log;  // as testing::Recorder::log()
  std::size_t count = 0;
  std::size_t afterCancelled = 0;  // pushes after one that was answered SLUICE_CANCELLED
  int finished = 0;
  std::string badSize;   // a struct of the plugin whose struct_size cannot be; empty: none
  std::string badChunk;  // what breaks the rules of SLUICE_CHUNK_*; empty: nothing

 private:
  sluice_status take(const sluice_chunk* chunk) noexcept;

  sluice_sink own_{};
  sluice_sink* sink_;
  bool cancelled_ = false;
};

// The rules of SLUICE_CHUNK_*, one chunk after the other.
class ChunkRules {
 public:
  // What is wrong with this chunk, after those before it; empty: nothing.
  std::string see(const sluice_chunk& chunk);
  bool finished(std::uint32_t choice = 0) const;

 private:
  std::string seeToolCall(const sluice_chunk& chunk);
  std::string seeUsage(const sluice_usage& usage);

  bool first_ = true, started_ = false;
  std::vector<std::uint32_t> finished_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> calls_;  // their ids
  std::uint64_t prompt_ = 0, answer_ = 0;
};
// Why a chunk cannot be read at all; empty: it can.
std::string badSizeOf(const sluice_chunk* chunk);

// Decodes one answer: open, frame ..., end, close. What came of it is the last line of the log.
// Only one thread at a time may be `noted`.
struct Decoding {
  sluice_status status = SLUICE_OK;
  sluice_error error{};
  std::string log;
  std::size_t given = 0;  // how many of the frames
};
Decoding decode(const Bench& bench, const sluice_request& request, std::uint32_t status,
                const std::vector<sluice_kv>& headers, const std::vector<testing::Frame>& frames,
                Pushes& pushes, bool noted = true);

}  // namespace sluice::check
