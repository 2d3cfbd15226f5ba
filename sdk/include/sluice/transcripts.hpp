// sluice/transcripts.hpp: recorded exchanges for tests of codecs. A file holds a request, the bytes
// of an upstream's answer and the chunks that they must become; it is replayed whole, cut at every
// byte, in one piece, again, and ended early. An author's test is
//
//   for (const Transcript& transcript : loadTranscripts(SLUICE_SOURCE_DIR "/transcripts"))
//     EXPECT_EQ(Replay(instance, transcript).faults(), "") << transcript.name;
//
// The file, where the chunks are written as Recorder::log() writes them (sluice-plugin-check prints
// them with --print-chunks), and the answer is as `curl -i` shows it, with a newline at its end:
//   === request          or `=== request search`; chat unless told, models if nothing follows
//   {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": true}
//   === answer
//   HTTP/1.1 200 OK
//   Content-Type: text/event-stream
//
//   data: {"said":"Hello"}
//
//   === chunks
//   text "Hello"
//   finish stop
// An answer in messages of application/vnd.amazon.eventstream is written as server-sent events:
// `event: ` and the name that frame() is given, `data: ` and the payload, an empty line.
// Threads: plain values.
#pragma once

#include <sluice/plugin.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <sluice/answer_log.hpp>
#include <sluice/json.hpp>
#include <sluice/testing.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::testing {

struct Transcript {
  std::string name;      // the file's, without .txt
  std::uint32_t op = 0;  // SLUICE_OP_*
  std::string request;   // its body
  std::string model;     // as the body says; `m` if it does not
  bool stream = false;   // the body wants the answer piece by piece
  std::uint32_t status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;    // of the answer
  std::string chunks;  // what it must become, as Recorder::log()

  bool ok() const noexcept { return status >= 200 && status < 300; }
  // The request as the ABI has it. Its texts are lent by this transcript, as are the fields'.
  sluice_request asked() const noexcept {
    if (op == SLUICE_OP_CHAT) return chat(model, request, stream);
    if (op == SLUICE_OP_COUNT) return count(model, request);
    sluice_request out = models();
    if (op == SLUICE_OP_MODELS) return out;
    static constexpr const char* dialects[] = {"", "", "sluice.context/1", "sluice.search/1",
                                               "sluice.embed/1"};
    out.op = op;
    out.model = str(model);
    out.body = str(request);
    out.dialect = str(op < std::size(dialects) ? dialects[op] : "");
    return out;
  }
  std::vector<sluice_kv> fields() const {
    std::vector<sluice_kv> out;
    out.reserve(headers.size());
    for (const auto& [key, value] : headers) out.push_back({str(key), str(value)});
    return out;
  }
};

namespace detail {

inline std::string noLine(const std::string& text, const std::string& line) {
  if (text.find(line) == std::string::npos) return "has no line '" + line + "'";
  return "has '" + line +
         "' in the midst of a line: what is before it, such as a body, must end with a newline";
}

// What stands behind the line that begins with `from`, up to the one that begins with `to`; the
// rest of the line itself goes to `rest`.
inline std::string section(const std::string& text, const std::string& from, const char* to,
                           std::string& rest) {
  const std::size_t begin = text.rfind(from, 0) == 0 ? 0 : text.find("\n" + from);
  if (begin == std::string::npos) throw std::runtime_error(noLine(text, from));
  const std::size_t named = begin + from.size() + (begin == 0 ? 0 : 1);
  const std::size_t lf = text.find('\n', named);
  if (lf == std::string::npos) throw std::runtime_error("has nothing behind '" + from + "'");
  rest = text.substr(named, lf - named);
  // The LF before the next section's line belongs to this one.
  const std::size_t end = to ? text.find(std::string("\n") + to, lf) : text.size();
  if (end == std::string::npos) throw std::runtime_error(noLine(text, to));
  return text.substr(lf + 1, to ? end - lf : end);
}

inline std::uint32_t opNamed(const std::string& name, bool hasBody) {
  static constexpr const char* names[] = {"",      "chat",   "context", "search",
                                          "embed", "models", "count"};
  const std::size_t from = name.find_first_not_of(' ');
  if (from == std::string::npos) return hasBody ? SLUICE_OP_CHAT : SLUICE_OP_MODELS;
  for (std::uint32_t op = 1; op < std::size(names); ++op)
    if (name.compare(from, std::string::npos, names[op]) == 0) return op;
  throw std::runtime_error("asks for '" + name.substr(from) +
                           "', which is none of chat, context, search, embed, models, count");
}

// The status line and the headers, which may end with CRLF, as recorders write them.
inline void readHead(const std::string& head, Transcript& out) {
  std::istringstream lines(head);
  std::string line;
  const auto next = [&] {
    if (!std::getline(lines, line)) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
  };
  const bool any = next();
  const std::size_t space = line.find(' ');
  for (std::size_t i = space + 1; i < line.size() && line[i] >= '0' && line[i] <= '9'; ++i)
    out.status = out.status * 10 + static_cast<std::uint32_t>(line[i] - '0');
  if (!any || line.rfind("HTTP/", 0) != 0 || space == std::string::npos || out.status < 100 ||
      out.status > 999)
    throw std::runtime_error("its answer does not begin with a line such as 'HTTP/1.1 200 OK'");
  while (next()) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos)
      throw std::runtime_error("has a header without a colon: '" + line + "'");
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    out.headers.emplace_back(line.substr(0, colon),
                             value == std::string::npos ? std::string() : line.substr(value));
  }
}

inline Transcript parseTranscript(const std::string& text) {
  Transcript out;
  std::string named, rest;
  out.request = section(text, "=== request", "=== answer", named);
  const std::string answer = section(text, "=== answer", "=== chunks", rest);
  out.chunks = section(text, "=== chunks", nullptr, rest);
  out.op = opNamed(named, !out.request.empty());
  const std::size_t lf = answer.find("\n\n"), crlf = answer.find("\n\r\n");
  const std::size_t blank = std::min(lf, crlf);
  if (blank == std::string::npos)
    throw std::runtime_error("has no empty line behind the headers of its answer");
  readHead(answer.substr(0, blank + 1), out);
  out.body = answer.substr(blank + (blank == lf ? 2 : 3));
  json::Document document;
  if (!out.request.empty() && document.parse(out.request)) {
    out.stream = document.root()["stream"].boolean();
    out.model = document.root()["model"].string();
  }
  if (out.model.empty()) out.model = "m";
  return out;
}

}  // namespace detail

// Throws std::runtime_error, naming the file, if it is not as described above.
inline Transcript loadTranscript(const std::filesystem::path& file) {
  std::ostringstream all;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  all << in.rdbuf();
  try {
    Transcript out = detail::parseTranscript(all.str());
    out.name = file.stem().string();
    return out;
  } catch (const std::runtime_error& fault) {
    throw std::runtime_error(file.string() + ": " + fault.what());
  }
}

// All *.txt of a directory, by name. Throws std::runtime_error if there are none, or with a line
// for each that cannot be read.
inline std::vector<Transcript> loadTranscripts(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(directory, failure))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  if (files.empty()) throw std::runtime_error(directory.string() + ": holds no transcripts, *.txt");
  std::sort(files.begin(), files.end());
  std::vector<Transcript> out;
  std::string faults;
  out.reserve(files.size());
  for (const auto& file : files) try {
      out.push_back(loadTranscript(file));
    } catch (const std::runtime_error& fault) {
      faults += (faults.empty() ? "" : "\n") + std::string(fault.what());
    }
  if (!faults.empty()) throw std::runtime_error(faults);
  return out;
}

// Cuts a body into frames as the host does, however it comes in pieces.
class Framer {
 public:
  explicit Framer(std::uint32_t framing) noexcept : framing_(framing) {}  // SLUICE_FRAME_*

  Framer& give(std::string_view bytes) {
    if (framing_ == SLUICE_FRAME_SSE || framing_ == SLUICE_FRAME_EVENTS) giveEvents(bytes);
    else if (framing_ == SLUICE_FRAME_LINES) giveLines(bytes);
    else if (framing_ == SLUICE_FRAME_RAW && !bytes.empty())
      frames_.push_back({"", std::string(bytes)});
    else open_.data += bytes;
    return *this;
  }
  // The frames that are complete; one that is not is dropped by the next function, or given by it.
  const std::vector<Frame>& complete() const noexcept { return frames_; }
  // After the body's end: also what is left of it.
  std::vector<Frame> end() {
    if (framing_ == SLUICE_FRAME_SSE) {
      endLine();
      endLine();
    } else if (framing_ != SLUICE_FRAME_EVENTS && !open_.data.empty()) {
      frames_.push_back(open_);
    }
    open_ = {};
    return std::move(frames_);
  }

 private:
  void giveEvents(std::string_view bytes) {
    for (const char c : bytes) {
      const bool second = c == '\n' && last_ == '\r';
      last_ = c;
      if (second) continue;
      if (c == '\n' || c == '\r') endLine();
      else line_ += c;
    }
  }
  void giveLines(std::string_view bytes) {
    for (const char c : bytes) {
      if (c != '\n') {
        open_.data += c;
        continue;
      }
      if (!open_.data.empty() && open_.data.back() == '\r') open_.data.pop_back();
      if (!open_.data.empty()) frames_.push_back(open_);
      open_.data.clear();
    }
  }
  // Of a server-sent event; an empty one ends it.
  void endLine() {
    if (first_ && line_.rfind("\xEF\xBB\xBF", 0) == 0) line_.erase(0, 3);
    first_ = false;
    const std::size_t colon = line_.find(':');
    const std::string name = line_.substr(0, colon);
    std::string value = colon == std::string::npos ? std::string() : line_.substr(colon + 1);
    if (!value.empty() && value[0] == ' ') value.erase(0, 1);
    if (line_.empty()) {
      if (data_) frames_.push_back(open_);
      open_ = {};
      data_ = false;
    } else if (name == "data") {
      open_.data += (data_ ? "\n" : "") + value;
      data_ = true;
    } else if (name == "event") {
      open_.event = value;
    }
    line_.clear();
  }

  const std::uint32_t framing_;
  std::vector<Frame> frames_;
  Frame open_;
  std::string line_;
  bool data_ = false, first_ = true;
  char last_ = 0;
};

// How encode() wants the answer to this request cut: SLUICE_FRAME_*. Throws if it refuses it.
inline std::uint32_t framingOf(const sluice_instance* instance, const sluice_codec& codec,
                               const Transcript& transcript) {
  HttpRequest http;
  sluice_error error = emptyError();
  const sluice_request request = transcript.asked();
  if (codec.encode(instance, &request, http.out(), &error) != SLUICE_OK)
    throw std::runtime_error(transcript.name +
                             ": encode() refuses its request: " + describe(error));
  return http.framing();
}

// Replays one transcript. The transcript and the instance must outlive it.
class Replay {
 public:
  // Decodes one answer; what came, as Recorder::log().
  using Decode =
      std::function<std::string(const sluice_request&, std::uint32_t status,
                                const std::vector<sluice_kv>&, const std::vector<Frame>&)>;

  Replay(const Instance& instance, const Transcript& transcript)
      : Replay(transcript, framingOf(instance.get(), *instance.codec(), transcript),
               [&instance](const auto&... of) { return decode(instance, of...); }) {}
  Replay(const Transcript& transcript, std::uint32_t framing, Decode decode)
      : transcript_(transcript),
        framing_(transcript.ok() ? framing : std::uint32_t{SLUICE_FRAME_WHOLE}),
        decode_(std::move(decode)) {}

  // The body's frames, if it comes in pieces that end before these bytes.
  std::vector<Frame> frames(const std::vector<std::size_t>& cuts = {}) const {
    return framesOf(transcript_.body, cuts);
  }
  // The log of an answer of these frames.
  std::string replay(const std::vector<Frame>& frames) const {
    const std::vector<sluice_kv> fields = transcript_.fields();
    return decode_(transcript_.asked(), transcript_.status, fields, frames);
  }
  // The log of an answer that ends, in order, after these bytes.
  std::string endedAfter(std::size_t bytes) const {
    return replay(framesOf(std::string_view(transcript_.body).substr(0, bytes), {}));
  }

  // What is wrong, in a few lines; empty if nothing is. Each stops at the first fault.
  // As it may come from a network: raw bytes line by line, all else in frames anyway.
  std::string faultWhole() const {
    std::vector<std::size_t> ends;
    for (std::size_t at = transcript_.body.find('\n'); at != std::string::npos;
         at = transcript_.body.find('\n', at + 1))
      ends.push_back(at + 1);
    return faultOf("replayed whole", replay(frames(ends)));
  }
  std::string faultJoined() const { return faultOf("given in one piece", replay(frames())); }
  // Cut in two at every byte, and into single bytes; a body that is too long for that at every so
  // many bytes. Where the frames do not depend on the cuts, one replay tells.
  std::string faultSplit() const {
    const std::size_t size = transcript_.body.size();
    const std::size_t last = framing_ == SLUICE_FRAME_RAW ? size + 1 : 0;
    for (std::size_t at = 0; at < last; at += stepOf(size)) {
      const std::string what = "cut at byte " + std::to_string(at);
      if (std::string fault = faultOf(what, replay(frames({at}))); !fault.empty()) return fault;
    }
    std::vector<std::size_t> everywhere(size + 1);
    std::iota(everywhere.begin(), everywhere.end(), 0);
    return faultOf("cut into single bytes", replay(frames(everywhere)));
  }
  // Three times on one instance, with an answer that ended early in between.
  std::string faultRepeated() const {
    std::string fault = faultOf("replayed once", replay(frames()));
    if (fault.empty()) fault = faultOf("replayed again", replay(frames()));
    if (!fault.empty()) return fault;
    endedAfter(transcript_.body.size() / 2);
    return faultOf("replayed after one that ended early", replay(frames()));
  }
  // Ended after every frame and after every byte: a failure, unless every choice was finished. Of
  // a body that is too long for that, after every so many.
  std::string faultTruncated() const {
    const std::vector<Frame> all = frames();
    if (!tellsItsEnd()) return {};
    const std::size_t step = stepOf(all.size());
    for (std::size_t count = 0; transcript_.ok() && count < all.size(); count += step) {
      const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
      const std::string what =
          "ended after " + std::to_string(count) + " frames of " + std::to_string(all.size());
      const std::string log = replay({all.begin(), end});
      if (std::string fault = faultOfEarly(what, log, true); !fault.empty()) return fault;
    }
    return faultTruncatedBytes();
  }
  // All of these; one paragraph a fault.
  std::string faults() const {
    return faultWhole() + faultJoined() + faultSplit() + faultRepeated() + faultTruncated();
  }
  std::uint32_t framing() const noexcept { return framing_; }

 private:
  std::vector<Frame> framesOf(std::string_view body, const std::vector<std::size_t>& cuts) const {
    Framer framer(framing_);
    std::size_t from = 0;
    for (const std::size_t cut : cuts) {
      framer.give(body.substr(from, cut - from));
      from = cut;
    }
    return framer.give(body.substr(from)).end();
  }
  std::string faultTruncatedBytes() const {
    const std::size_t last = transcript_.body.find_last_not_of(" \t\r\n");
    if (last == std::string::npos) return {};
    const std::size_t step = stepOf(last + 1);
    for (std::size_t at = 0; at <= last; at += step) {
      const std::string what = "ended at byte " + std::to_string(at);
      if (std::string fault = faultOfEarly(what, endedAfter(at), false); !fault.empty())
        return fault;
    }
    return {};
  }
  // How far apart the places are at which a body of this size is cut, for a replay takes as long as
  // the body: every one of a small body, and ever fewer of a large one. It is odd, so that places
  // in events of one length differ.
  std::size_t stepOf(std::size_t places) const noexcept {
    constexpr std::size_t kMostBytes = std::size_t{64} << 20;
    const std::size_t all = places * transcript_.body.size();
    return all <= kMostBytes ? 1 : all / kMostBytes | 1;
  }
  // An answer to another operation may be a list that can end anywhere.
  bool tellsItsEnd() const noexcept {
    return transcript_.op == SLUICE_OP_CHAT || framing_ == SLUICE_FRAME_WHOLE;
  }
  bool isJson() const noexcept {
    const std::size_t first = transcript_.body.find_first_not_of(" \t\r\n");
    return first != std::string::npos &&
           (transcript_.body[first] == '{' || transcript_.body[first] == '[');
  }
  std::string faultOf(const std::string& what, const std::string& log) const {
    if (log == transcript_.chunks) return {};
    if (framing_ == SLUICE_FRAME_RAW && joinedTexts(log) == joinedTexts(transcript_.chunks))
      return {};
    return difference(what, log);
  }
  std::string faultOfEarly(const std::string& what, const std::string& log, bool ofFrames) const {
    const bool finished = finishes(log) > 0 && finishes(log) >= finishes(transcript_.chunks);
    const bool cannotBeWhole = framing_ == SLUICE_FRAME_WHOLE && isJson();
    if (!failed(log) && (!finished || cannotBeWhole))
      return transcript_.name + ", " + what + ": came to an end without an error:\n" + log;
    const std::string came = withoutError(log);
    if (ofFrames && framing_ != SLUICE_FRAME_RAW && transcript_.chunks.rfind(came, 0) != 0)
      return difference(what, log);
    return {};
  }
  // The first line that is not as it must be.
  std::string difference(const std::string& what, const std::string& log) const {
    const std::vector<std::string> wanted = detail::linesOf(transcript_.chunks);
    const std::vector<std::string> came = detail::linesOf(log);
    std::size_t at = 0;
    while (at < wanted.size() && at < came.size() && wanted[at] == came[at]) ++at;
    const auto line = [at](const std::vector<std::string>& of) {
      return at < of.size() ? of[at] : std::string("(nothing more)");
    };
    return transcript_.name + ", " + what + ", line " + std::to_string(at + 1) +
           " of the chunks:\n  expected: " + line(wanted) + "\n  came:     " + line(came) + "\n";
  }

  const Transcript& transcript_;
  const std::uint32_t framing_;
  const Decode decode_;
};

}  // namespace sluice::testing
