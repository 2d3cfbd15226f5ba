// Result<T>: a value, or the Error that took its place. Failures that are expected are values;
// exceptions stay inside a function.
// Threads: plain values.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sluice {

// What went wrong, for an operator: one sentence that says what and where, without secrets.
struct Error {
  std::string message;
};

template <class T>
class [[nodiscard]] Result {
 public:
  // Both on purpose not explicit: a function returns its value, or its Error, as it is.
  // NOLINTBEGIN(google-explicit-constructor)
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  explicit operator bool() const noexcept { return held_.index() == 0; }
  // Only with a value.
  T& operator*() & { return std::get<0>(held_); }
  const T& operator*() const& { return std::get<0>(held_); }
  T&& operator*() && { return std::get<0>(std::move(held_)); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  // Only without one.
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

}  // namespace sluice
