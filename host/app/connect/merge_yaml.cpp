// YAML: the keys that the file does not have are put at its end, and every other byte stays.
#include "app/connect/merge.hpp"
#include "config/outline.hpp"

namespace sluice::app {

namespace {

using config::Outline;
using config::outlineOf;

bool same(const Outline& a, std::string_view aText, const Outline& b, std::string_view bText) {
  if (a.kind == Outline::Kind::scalar && b.kind == a.kind) return a.text == b.text;
  return a.written && b.written &&
         aText.substr(a.begin, a.end - a.begin) == bText.substr(b.begin, b.end - b.begin);
}

}  // namespace

Result<Merged> mergeYaml(const Document& document, std::string_view before) {
  const auto theirs = outlineOf(before);
  const auto ours = outlineOf(document.text);
  if (!theirs || !ours) return Error{"cannot be read as YAML"};
  const bool empty = !theirs->written && theirs->entries.empty();
  if (!empty && (theirs->kind != Outline::Kind::map || theirs->flow)) {
    return Error{"is no list of settings, each on lines of its own"};
  }
  Merged merged{std::string(before), {}, {}, {}};
  std::size_t added = 0;
  for (std::size_t i = 0; i < ours->entries.size(); ++i) {
    const Outline::Entry& entry = ours->entries[i];
    const Outline::Entry* const found = theirs->find(entry.key.text);
    if (found == nullptr) {
      const bool last = i + 1 == ours->entries.size();
      const std::size_t end = last ? document.text.size() : ours->entries[i + 1].key.begin;
      if (!merged.text.empty() && merged.text.back() != '\n') merged.text += '\n';
      merged.text += document.text.substr(entry.key.begin, end - entry.key.begin);
      ++added;
    } else if (!same(found->value, before, entry.value, document.text)) {
      if (entry.value.kind != Outline::Kind::scalar) {
        return Error{"has '" + entry.key.text + "' already"};
      }
      merged.kept.push_back(entry.key.text);
    }
  }
  // The end of a document, say, may stand where it was added.
  const auto after = outlineOf(merged.text);
  if (!after || after->entries.size() != theirs->entries.size() + added) {
    return Error{"has an end that nothing can be added to"};
  }
  return merged;
}

}  // namespace sluice::app
