#include "config/node.hpp"

#include "config/core_schema.hpp"

namespace sluice::config {

bool Node::isNull() const {
  return kind == Kind::scalar && plain && !replaced && resolve(text) == Plain::null;
}

const Node::Entry* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Node::Entry* Node::find(std::string_view key) {
  for (Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

}  // namespace sluice::config
