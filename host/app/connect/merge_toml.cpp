// TOML: settings of no table are put at the beginning and a table at the end; every other byte
// stays.
#include <algorithm>

#include "app/connect/merge.hpp"
#include "config/toml_items.hpp"

namespace sluice::app {

namespace {

using config::TomlItem;
using config::tomlItems;
using Items = std::vector<TomlItem>;
using Path = std::vector<std::string>;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool isWithin(const Path& path, const Path& table) {
  return path.size() >= table.size() && std::equal(table.begin(), table.end(), path.begin());
}

const TomlItem* settingAt(const Items& items, const Path& path) {
  const auto found = std::ranges::find_if(
      items, [&](const TomlItem& item) { return !item.header && item.path == path; });
  return found == items.end() ? nullptr : &*found;
}

std::string joined(const Path& path) {
  std::string all;
  for (const std::string& part : path) all += (all.empty() ? "" : ".") + part;
  return all;
}

// The settings before the first table. If the file says otherwise in one, none is added: they
// belong together.
std::string missingHead(const Items& ours, const Items& theirs, std::vector<std::string>& kept) {
  std::string missing;
  for (const TomlItem& item : ours) {
    if (item.header) break;
    const TomlItem* const found = settingAt(theirs, item.path);
    if (found == nullptr) missing.append(item.line).append("\n");
    else if (found->value != item.value) kept.push_back(joined(item.path));
  }
  return kept.empty() ? missing : std::string();
}

// Whether the file has the table as it is to be; an error if it has it in another way.
Result<bool> hasTable(const Items& ours, const Items& theirs, const Path& table) {
  std::size_t wanted = 0, same = 0, found = 0;
  for (const TomlItem& item : ours) {
    if (item.header || !isWithin(item.path, table)) continue;
    ++wanted;
    const TomlItem* const there = settingAt(theirs, item.path);
    if (there != nullptr && there->value == item.value) ++same;
  }
  for (const TomlItem& item : theirs) {
    if (!item.header && isWithin(item.path, table)) ++found;
    // The table above it, written as one value or as a list, takes no further tables.
    const bool closed = isWithin(table, item.path) && item.path.size() < table.size() &&
                        (!item.header || item.line.starts_with("[["));
    if (closed) {
      return Error{"has '" + joined(item.path) + "' already, in another form"};
    }
  }
  const bool named =
      std::ranges::any_of(theirs, [&](const TomlItem& item) { return isWithin(item.path, table); });
  if (!named) return false;
  if (same == wanted && found == wanted) return true;
  return Error{"has [" + joined(table) + "] already, which says something else"};
}

}  // namespace

Result<Merged> mergeToml(const Document& document, std::string_view before) {
  const bool marked = before.starts_with(kByteOrderMark);
  if (marked) before.remove_prefix(kByteOrderMark.size());
  const auto theirs = tomlItems(before);
  const auto ours = tomlItems(document.text);
  if (!theirs || !ours) return Error{"cannot be read as TOML"};
  const auto header = std::ranges::find_if(*ours, &TomlItem::header);
  const auto there = hasTable(*ours, *theirs, header->path);
  if (!there) return there.error();
  Merged merged;
  const std::string head = missingHead(*ours, *theirs, merged.kept);
  merged.text = (marked ? std::string(kByteOrderMark) : std::string()) + head;
  if (!head.empty()) merged.text += '\n';
  merged.text += before;
  if (!*there) {
    if (!merged.text.ends_with('\n')) merged.text += '\n';
    const auto begin = static_cast<std::size_t>(header->line.data() - document.text.data());
    merged.text += "\n" + document.text.substr(begin);
  }
  return merged;
}

}  // namespace sluice::app
