#include "samples.hpp"

#include "calls.hpp"
#include "operation.hpp"

namespace sluice::check {

namespace {

constexpr const char* kDialects[] = {
    "", "sluice.chat/1", "sluice.context/1", "sluice.search/1", "sluice.embed/1",
    "", "sluice.chat/1"};

Sample sample(const Bench& bench, std::string what, std::uint32_t op, std::string body,
              bool stream = false) {
  const std::string model = bench.options.model.empty() ? "m" : bench.options.model;
  for (std::size_t at = body.find("$MODEL"); at != body.npos; at = body.find("$MODEL", at))
    body.replace(at, 6, model);
  return {std::move(what), op, model, kDialects[op], std::move(body), stream};
}

// The first of what a direct component says that it serves.
std::string listedModel(const Bench& bench) {
  if (bench.direct == nullptr) return {};
  note::during("it was asked for its models");
  const Sample models{"its models", SLUICE_OP_MODELS, {}, {}, {}, false};
  const auto operation = runToEnd(bench, models);
  if (!operation) return {};
  json::Document document;
  const std::string answer = operation->json();
  if (!document.parse(answer)) return {};
  return std::string(document.root()["data"][std::size_t{0}]["id"].string());
}

}  // namespace

std::string nameOfOp(std::uint32_t op) {
  static constexpr const char* kNames[] = {"",      "chat",   "context", "search",
                                           "embed", "models", "count"};
  return op > 0 && op < std::size(kNames) ? kNames[op] : "operation " + std::to_string(op);
}

sluice_request Sample::asked() const {
  sluice_request out = testing::chat(model, body, stream);
  out.op = op;
  out.dialect = testing::str(dialect);
  return out;
}

const std::vector<testing::Transcript>& transcriptsOf(const Bench& bench) {
  static std::vector<testing::Transcript> loaded;
  static bool done = false;
  if (done || bench.options.transcripts.empty()) return loaded;
  try {
    loaded = testing::loadTranscripts(bench.options.transcripts);
  } catch (const std::runtime_error& fault) {
    fail("read the transcripts", "files as sluice/transcripts.hpp describes them", fault.what(),
         "mend the file");
  }
  done = true;
  return loaded;
}

std::vector<Sample> goodSamples(const Bench& bench) {
  std::vector<Sample> out;
  const auto chat = [&](const char* more, bool stream) {
    return sample(bench, std::string("a chat") + (stream ? ", streamed" : ""), SLUICE_OP_CHAT,
                  std::string(R"({"model":"$MODEL","messages":[{"role":"user","content":)"
                              R"("Name a river of Westphalia."}])") +
                      more + "}",
                  stream);
  };
  out.push_back(chat(R"(,"stream":true)", true));
  out.push_back(chat("", false));
  out.push_back(sample(bench, "a question for context", SLUICE_OP_CONTEXT,
                       R"({"query":"Where do I live?","messages":[{"role":"user","content":)"
                       R"("Where do I live?"}],"scope":"key:7","limit":8,"max_tokens":2000})"));
  out.push_back(sample(bench, "a search", SLUICE_OP_SEARCH,
                       R"({"query":"rivers of Westphalia","limit":5,"language":"de"})"));
  out.push_back(sample(bench, "texts to embed", SLUICE_OP_EMBED,
                       R"({"model":"$MODEL","input":["a","b"],"purpose":"query"})"));
  out.push_back(sample(bench, "its models", SLUICE_OP_MODELS, ""));
  out.push_back(sample(bench, "a chat to be counted", SLUICE_OP_COUNT, chat("", false).body));
  for (const testing::Transcript& from : transcriptsOf(bench)) {
    const sluice_request request = from.asked();
    out.push_back({"the request of transcript " + from.name, from.op,
                   std::string(view(request.model)), std::string(view(request.dialect)),
                   from.request, from.stream});
  }
  return out;
}

std::vector<Sample> encodable(const Bench& bench) {
  std::vector<Sample> out;
  std::string refused;
  for (Sample& one : goodSamples(bench)) {
    note::during("it was given " + one.what);
    HttpRecord http;
    sluice_error error = testing::emptyError();
    const sluice_request request = one.asked();
    if (encode(bench, request, http, error) == SLUICE_OK) {
      out.push_back(std::move(one));
    } else if (refused.empty()) {
      refused = one.what + ": " + testing::describe(error);
    }
  }
  if (out.empty()) throw Skip{"encode() takes none of the sample requests (" + refused + ")"};
  return out;
}

Sample answerable(const Bench& bench) { return reference(bench).sample; }

Reference reference(const Bench& bench) {
  std::string refused;
  Bench with = bench;
  Options options = bench.options;
  const std::string listed = options.model.empty() ? listedModel(bench) : std::string();
  if (!listed.empty()) options.model = listed;
  struct Tried {
    const Options& options;
  };
  for (Sample& one : goodSamples(bench)) {
    if (!options.model.empty() && one.model == "m") {
      const std::size_t at = one.body.find("\"model\":\"m\"");
      if (at != one.body.npos) one.body.replace(at + 9, 1, options.model);
      one.model = options.model;
    }
    if (one.op == SLUICE_OP_MODELS) continue;
    note::during("it was given " + one.what);
    const auto begin = std::chrono::steady_clock::now();
    const auto operation = runToEnd(bench, one);
    if (!operation) continue;
    if (operation->failure().empty()) {
      const auto took = std::chrono::steady_clock::now() - begin;
      return {std::move(one), operation->log(), operation->pushes(),
              std::chrono::ceil<std::chrono::milliseconds>(took)};
    }
    if (refused.empty()) refused = one.what + ": " + operation->failure();
  }
  throw Skip{"it answers none of the sample requests (" + refused +
             "); does it need --model NAME?"};
}

std::vector<Sample> oddSamples(const Bench& bench, Random& random) {
  static constexpr const char* kBodies[] = {
      "",
      " ",
      "{}",
      "[]",
      "null",
      "7",
      "\"text\"",
      "{",
      "{\"model\":",
      R"({"model":"$MODEL"})",
      R"({"model":"$MODEL","messages":null})",
      R"({"model":"$MODEL","messages":{}})",
      R"({"model":"$MODEL","messages":"text"})",
      R"({"model":"$MODEL","messages":[]})",
      R"({"model":"$MODEL","messages":[null,7,"text",[],{}]})",
      R"({"model":"$MODEL","messages":[{"role":"user"}]})",
      R"({"model":"$MODEL","messages":[{"role":7,"content":7}]})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":null}]})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":""}]})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":[{"type":"text","text":"a"},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":7},7]}]})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function",)"
      R"("function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"required"})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"a"}],"tools":7,"n":"x"})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"a"},{"role":"assistant",)"
      R"("content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f",)"
      R"("arguments":"{"}}]},{"role":"tool","tool_call_id":"c","content":"b"}]})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"a"}],"n":3,"max_tokens":-1})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"a"}],"max_tokens":1e99})",
      R"({"model":"$MODEL","messages":[{"role":"user","content":"\ud800 \u0000 \"\\"}]})",
      R"({"query":null,"limit":0})",
      R"({"query":"","limit":-5,"messages":7})",
      R"({"input":null})",
      R"({"input":[null,7],"model":7})",
  };
  std::vector<Sample> out;
  std::vector<std::string> bodies(std::begin(kBodies), std::end(kBodies));
  bodies.push_back(R"({"model":"$MODEL","messages":)" + std::string(20000, '[') + "]}");
  bodies.push_back(R"({"model":"$MODEL","messages":[{"role":"user","content":")" +
                   std::string(300000, 'x') + R"("}]})");
  bodies.emplace_back("\xff\xfe\x00\x01", 4);
  const std::vector<Sample> good = goodSamples(bench);
  for (int i = 0; i < 100; ++i) bodies.push_back(random.bytes(random.below(64)));
  for (int i = 0; i < 300; ++i)
    bodies.push_back(random.mutated(good[random.below(good.size())].body));
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    // The fixed ones as each operation, the random ones as one.
    const bool fixed = i < std::size(kBodies);
    for (const std::uint32_t op : {SLUICE_OP_CHAT, SLUICE_OP_CONTEXT, SLUICE_OP_SEARCH,
                                   SLUICE_OP_EMBED, SLUICE_OP_MODELS, SLUICE_OP_COUNT}) {
      if (!fixed && op != SLUICE_OP_CHAT && !random.one(8)) continue;
      out.push_back(sample(bench, nameOfOp(op) + " with the body " + shown(bodies[i], 160), op,
                           bodies[i], random.one(2)));
    }
  }
  return out;
}

}  // namespace sluice::check
