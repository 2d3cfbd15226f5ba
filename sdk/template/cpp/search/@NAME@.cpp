// @NAME@: a search source over the pages that its settings hold. Change it to yours.
#include <algorithm>
#include <sluice/plugin.hpp>
#include <vector>

namespace {

namespace json = sluice::json;

struct Page {
  std::string title, uri, text;
};

// How often a word of the query is in the text.
double score(std::string_view query, std::string_view text) {
  double found = 0;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find(' ', at), query.size());
    const std::string_view word = query.substr(at, end - at);
    for (std::size_t in = 0; !word.empty() && (in = text.find(word, in)) != text.npos; ++in) ++found;
    at = end + 1;
  }
  return found;
}

struct @CLASS@Search : sluice::SearchSource {
  static constexpr auto id = "@ID@", description = "Finds pages by their words";
  static constexpr bool may_unload = true;
  static constexpr auto config_schema = R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object", "additionalProperties": false,
    "properties": {
      "pages": {
        "type": "array", "description": "What there is to find",
        "items": {
          "type": "object", "required": ["text"], "additionalProperties": false,
          "properties": {"title": {"type": "string"}, "uri": {"type": "string"},
                         "text": {"type": "string"}}}}}})";

  explicit @CLASS@Search(const sluice::Setup& setup) {
    const sluice::Settings settings(setup);
    for (const json::Value page : settings.list("pages"))
      pages.push_back({std::string(page["title"].string()), std::string(page["uri"].string()),
                       std::string(page["text"].string())});
  }

  void find(const sluice::Query& query, sluice::Sink sink) const override {
    std::vector<std::pair<double, const Page*>> hits;
    for (const Page& page : pages)
      if (const double points = score(query.text(), page.text); points > 0)
        hits.emplace_back(points, &page);
    std::stable_sort(hits.begin(), hits.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    hits.resize(std::min(hits.size(), query.limit()));
    for (const auto& [points, page] : hits) sink.item(page->text, page->title, page->uri, points);
  }

  std::vector<Page> pages;
};

}  // namespace

SLUICE_PLUGIN("Example", "0.1.0", "Apache-2.0", sluice::SourceComponent<@CLASS@Search>)
