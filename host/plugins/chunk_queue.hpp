// ChunkQueue: copies of chunks, first in, first out; one string and one list that are reused.
// Threads: none of its own; its owner guards it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plugins/types.hpp"

namespace sluice::plugins {

class ChunkQueue {
 public:
  static std::size_t costOf(const Chunk& chunk) noexcept {
    return sizeof(Record) + chunk.text.size() + chunk.name.size() + chunk.ref.size() +
           chunk.extra.size();
  }

  void add(const Chunk& chunk);
  bool empty() const noexcept { return next_ == records_.size(); }
  // The front one; its views hold until the queue is changed. Only if not empty.
  Chunk front() const noexcept;
  void pop() noexcept;

 private:
  struct Record {
    ChunkType type;
    std::uint32_t choice, index;
    std::size_t text, name, ref, extra;  // lengths
    double score;
    Usage usage;
  };
  std::string bytes_;
  std::vector<Record> records_;
  std::size_t next_ = 0;    // the first record not yet taken
  std::size_t offset_ = 0;  // of its bytes
};

}  // namespace sluice::plugins
