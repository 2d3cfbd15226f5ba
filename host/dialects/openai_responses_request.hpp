// A request in the dialect "openai.responses", read once: its members by name, checked for their
// types. What its items hold is looked at only where they must be said in another dialect.
// Threads: read-only once read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calls/problem.hpp"
#include "dialects/json_view.hpp"

namespace sluice::dialects {

class ResponsesRequest {
 public:
  // `body` must outlive it, and may be moved in memory once, by this call. False, with `problem`,
  // if it is no such request.
  bool read(std::string& body, calls::Problem& problem);

  // A member of the outermost object; missing if it is not there.
  JsonView operator[](std::string_view name) const noexcept;

  const std::string& model() const noexcept { return model_; }
  const std::string& previous() const noexcept { return previous_; }  // empty: none
  bool stream() const noexcept { return is("stream"); }
  bool background() const noexcept { return is("background"); }
  bool store() const noexcept { return (*this)["store"].boolean().value_or(true); }
  // Members that are not of the dialect's specification, and are not null.
  std::vector<std::string> unknown() const;
  // The items of `input`; text alone is one message of the user, already written as an item.
  std::vector<JsonView> items() const;

 private:
  struct Member {
    std::string name;
    JsonView value;
  };
  bool is(std::string_view name) const noexcept { return (*this)[name].boolean().value_or(false); }
  bool check(const Member& member, calls::Problem& problem);

  std::vector<Member> members_;
  std::string model_, previous_;
  std::string onlyItem_;  // of text alone
};

// The id that an item refers to instead of saying what it is; empty if it says it.
std::string referenceOf(JsonView item);

}  // namespace sluice::dialects
