// Members of a canonical request, as every upstream of Claude's kind needs them read: what asks for
// something, what can only be left out, and how to say where something is wrong.
// Threads: pure functions.
#pragma once

#include <array>
#include <sluice/plugin.hpp>
#include <string>
#include <vector>

namespace anthropic {

// The tool whose arguments are the answer, where a schema is asked for of a model that takes none.
inline constexpr std::string_view kAnswerTool = "sluice_answer";

// Where a part stands, for errors: messages[2].content[1].
struct Place {
  std::size_t message = 0;
  std::size_t part = 0;
  std::string text() const;
};

// A member of the request that was left out.
struct Dropped {
  Dropped(std::string_view called, std::uint32_t weighs) : name(called), weight(weighs) {}
  std::string name;
  std::uint32_t weight;  // SLUICE_DROPPED_*
};

// Members of a request that these upstreams have no place for and that hardly change the answer's
// meaning: they are left out, whatever they say.
const std::array<std::string_view, 10>& droppable();

// The members that are left out: those above, those that no dialect of chat knows, and those
// without which the answer is another. Throws if there are tools in their old form.
std::vector<Dropped> droppedOf(const sluice::Body& body);

// Whether there is nothing but white space; these upstreams refuse such texts.
bool isBlank(std::string_view text);

// Whether a part is an image that is to be looked at in a way of its own.
bool asksForDetail(sluice::json::Value part);
std::string_view withoutSpaceAtEnd(std::string_view text);

// A call's id, with `_` for what these upstreams refuse in one.
std::string safeId(std::string_view id);

// A schema of arguments; these upstreams want it to say that they are an object.
void addSchema(sluice::json::Writer& writer, sluice::json::Value schema);

}  // namespace anthropic
