#include "dialects/chunk_extra.hpp"

#include "dialects/json_document.hpp"

namespace sluice::dialects {

ChunkExtra::ChunkExtra(std::string_view extra) {
  simdjson::dom::element root;
  if (extra.empty() || parseJson(extra, root) != simdjson::SUCCESS) return;
  text_.resize(extra.size() + simdjson::SIMDJSON_PADDING);
  std::size_t size = 0;
  if (simdjson::minify(extra.data(), extra.size(), text_.data(), size) != simdjson::SUCCESS)
    size = 0;
  text_.resize(size);
}

}  // namespace sluice::dialects
