// JsonView: a value inside a JSON text, by its place. Nothing is built and nothing copied: numbers,
// the order of members and what is not known stay as they were written.
// The text must be valid JSON (parseJson() says so) and outlive the view.
// Threads: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::dialects {

class JsonView {
 public:
  JsonView() = default;  // what is not there
  explicit JsonView(std::string_view json) noexcept;

  bool exists() const noexcept { return !raw_.empty(); }
  bool isNull() const noexcept { return begins('n'); }
  bool isString() const noexcept { return begins('"'); }
  bool isArray() const noexcept { return begins('['); }
  bool isObject() const noexcept { return begins('{'); }
  bool isBoolean() const noexcept { return begins('t') || begins('f'); }
  bool isNumber() const noexcept;
  // Neither left out nor null.
  bool given() const noexcept { return exists() && !isNull(); }

  std::string_view raw() const noexcept { return raw_; }
  // The text of a string, escapes undone; empty for anything else.
  std::string text() const;
  // Whether it is a string that says this.
  bool says(std::string_view text) const;
  std::optional<bool> boolean() const noexcept;
  // A whole number of at least zero, written as one.
  std::optional<std::uint64_t> whole() const noexcept;

  // The first member of that name; missing if there is none.
  JsonView operator[](std::string_view name) const;

 private:
  friend class JsonMembers;
  friend class JsonElements;
  bool begins(char c) const noexcept { return !raw_.empty() && raw_.front() == c; }
  std::string_view raw_;
};

// Walks over an object's members; of anything else there are none.
//   JsonMembers members(object);
//   while (members.next()) use(members.name(), members.value());
class JsonMembers {
 public:
  explicit JsonMembers(JsonView object) noexcept;
  bool next();
  // Holds until next().
  std::string_view name() const noexcept { return name_; }
  JsonView value() const noexcept { return value_; }

 private:
  std::string_view rest_;
  std::string_view name_;
  std::string plain_;  // of a name with escapes
  JsonView value_;
};

// Walks over an array's elements; of anything else there are none.
class JsonElements {
 public:
  explicit JsonElements(JsonView array) noexcept;
  bool next() noexcept;
  JsonView value() const noexcept { return value_; }

 private:
  std::string_view rest_;
  JsonView value_;
};

}  // namespace sluice::dialects
