// An answer to a request for embeddings in base64, passed on and rendered: a fault, or valid JSON
// in which every embedding is a text; what holds none but texts goes on as it came.
#include <string>

#include "dialects/json_document.hpp"
#include "dialects/json_view.hpp"
#include "dialects/openai_embeddings.hpp"
#include "support.hpp"

namespace {

using namespace sluice;
using dialects::JsonElements;
using dialects::JsonView;

void checkTexts(std::string_view json) {
  simdjson::dom::element root;
  FUZZ_CHECK(dialects::parseJson(json, root) == simdjson::SUCCESS);
  JsonElements each{JsonView(json)["data"]};
  while (each.next()) FUZZ_CHECK(each.value()["embedding"].isString());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::string request = R"({"model":"m","input":["a","b"],"encoding_format":"base64"})";
  calls::Problem problem;
  static const auto inquiry = dialects::parseOpenAiEmbeddings(request, problem);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  const auto passage = inquiry->passage();
  passage->whole(bytes);
  FUZZ_CHECK(passage->progress().fault.has_value() != passage->progress().finished);
  if (!passage->progress().fault)
    checkTexts(passage->restated().empty() ? bytes : passage->restated());

  const auto rendering = inquiry->rendering("m", "id");
  plugins::Chunk chunk;
  chunk.type = plugins::ChunkType::json;
  chunk.extra = bytes;
  rendering->push(chunk);
  FUZZ_CHECK(rendering->progress().fault.has_value() != rendering->progress().finished);
  if (rendering->progress().fault) return 0;
  std::string out;
  rendering->close(out);
  checkTexts(out);
  return 0;
}
