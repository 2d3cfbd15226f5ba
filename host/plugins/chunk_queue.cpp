#include "plugins/chunk_queue.hpp"

namespace sluice::plugins {

void ChunkQueue::add(const Chunk& chunk) {
  bytes_.append(chunk.text).append(chunk.name).append(chunk.ref).append(chunk.extra);
  records_.push_back({chunk.type, chunk.choice, chunk.index, chunk.text.size(), chunk.name.size(),
                      chunk.ref.size(), chunk.extra.size(), chunk.score,
                      chunk.usage == nullptr ? Usage{} : *chunk.usage});
}

Chunk ChunkQueue::front() const noexcept {
  const Record& record = records_[next_];
  Chunk chunk;
  chunk.type = record.type;
  chunk.choice = record.choice;
  chunk.index = record.index;
  chunk.score = record.score;
  const char* at = bytes_.data() + offset_;
  const auto cut = [&at](std::size_t length) {
    const std::string_view piece(at, length);
    at += length;
    return piece;
  };
  chunk.text = cut(record.text);
  chunk.name = cut(record.name);
  chunk.ref = cut(record.ref);
  chunk.extra = cut(record.extra);
  if (record.type == ChunkType::usage) chunk.usage = &record.usage;
  return chunk;
}

void ChunkQueue::pop() noexcept {
  const Record& record = records_[next_++];
  offset_ += record.text + record.name + record.ref + record.extra;
  if (!empty()) return;
  bytes_.clear();
  records_.clear();
  next_ = offset_ = 0;
}

}  // namespace sluice::plugins
