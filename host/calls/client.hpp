// Client: the one who asked, as the way of a call sees it. Implemented by the HTTP face.
// Threads: one loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "io/status.hpp"
#include "io/task.hpp"
#include "wire/head.hpp"

namespace sluice::calls {

class Client {
 public:
  // Of the head of what it asked.
  virtual const wire::Fields& fields() const noexcept = 0;

  // Begins the answer. Nothing is sent yet: the head goes out together with the first write(), or
  // with finish(), in one system call. `fields` are "Name: value\r\n" lines, copied.
  // `length`: of the whole body; none: it is streamed.
  virtual void begin(int status, std::string_view contentType, std::string_view fields,
                     std::optional<std::size_t> length) = 0;
  virtual bool begun() const noexcept = 0;

  // A piece of the body; makes one attempt. ok: it went, or is kept to go with the next piece.
  // again: what could not be sent is kept, and drain() must say ok before the next write().
  // Anything else: the client is gone.
  virtual io::Status write(std::string_view bytes) = 0;
  virtual io::Task<io::Status>
  drain() = 0;  // bounded by the server's write timeout and the call's end

  // The last piece of the body (may be empty) and the answer's end, sent together. `keep`: whether
  // the connection may serve another request. `last` must live until the task has ended.
  virtual io::Task<io::Status> finish(std::string_view last, bool keep) = 0;

  // Why the call's token was cancelled.
  enum class Left : std::uint8_t { no, client, shutdown };
  virtual Left left() const noexcept = 0;

 protected:
  ~Client() = default;
};

}  // namespace sluice::calls
