#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/connect/merge.hpp"

namespace sluice::app {

namespace {

using Value = nlohmann::ordered_json;
using Pointer = Value::json_pointer;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

Result<Value> parsed(std::string_view text) {
  Value value = Value::parse(text, nullptr, false);
  if (value.is_object()) return value;
  if (!value.is_discarded()) return Error{"holds no object"};
  const Value commented = Value::parse(text, nullptr, false, true);
  return Error{commented.is_discarded() ? "cannot be read as JSON"
                                        : "has comments, which would be lost"};
}

// "/provider/sluice" as "provider.sluice".
std::string nameOf(const Pointer& place) {
  std::string name;
  for (Pointer rest = place; !rest.empty(); rest = rest.parent_pointer()) {
    if (!name.empty()) name.insert(0, ".");
    name.insert(0, rest.back());
  }
  return name;
}

class Merging {
 public:
  Merging(const Document& document, Merged& merged) : document_(document), merged_(merged) {}

  void put(const Value& ours, Value& theirs, const Pointer& at) {
    for (const auto& [name, value] : ours.items()) {
      const Pointer place = at / name;
      const auto found = theirs.find(name);
      if (found == theirs.end()) {
        theirs[name] = value;
      } else if (*found == value) {
        continue;
      } else if (owns(place)) {
        *found = value;
        merged_.replaced.push_back(nameOf(place));
      } else if (found->is_object() && value.is_object()) {
        put(value, *found, place);
      } else if (value.is_object()) {
        blocked_ = nameOf(place);
      } else {
        merged_.kept.push_back(nameOf(place));
      }
    }
  }
  // What has to be an object of the file and is none; empty: there is nothing of that kind.
  const std::string& blocked() const { return blocked_; }

 private:
  bool owns(const Pointer& place) const {
    return std::ranges::find(document_.owned, place.to_string()) != document_.owned.end();
  }

  const Document& document_;
  Merged& merged_;
  std::string blocked_;
};

// As the file has it: its first indented line tells.
std::string dumped(const Value& value, std::string_view before) {
  const std::size_t line = before.find('\n');
  const std::size_t begin = line == before.npos ? line : line + 1;
  const std::size_t end = before.find_first_not_of(" \t", begin);
  const bool indented = begin != before.npos && end != before.npos && end > begin;
  if (!indented) return value.dump(2) + "\n";
  return value.dump(static_cast<int>(end - begin), before[begin]) + "\n";
}

}  // namespace

Result<Merged> mergeJson(const Document& document, std::string_view before) {
  if (before.starts_with(kByteOrderMark)) before.remove_prefix(kByteOrderMark.size());
  auto theirs = parsed(before);
  if (!theirs) return theirs.error();
  const Value was = *theirs;
  Merged merged;
  Merging merging(document, merged);
  merging.put(Value::parse(document.text), *theirs, Pointer());
  if (!merging.blocked().empty())
    return Error{"has '" + merging.blocked() + "', which is no object"};
  for (const std::string& rival : document.rivals) {
    if (theirs->contains(Pointer(rival))) merged.rivals.push_back(nameOf(Pointer(rival)));
  }
  merged.text = *theirs == was ? std::string(before) : dumped(*theirs, before);
  return merged;
}

}  // namespace sluice::app
