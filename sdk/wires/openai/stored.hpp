// What is asked of an upstream about a response that it keeps.
// Threads: pure functions.
#pragma once

#include <sluice/plugin.hpp>
#include <string>

namespace openai {

constexpr std::string_view kStored = "openai.responses.stored";

struct StoredAsked {
  const char* method;
  std::string path;   // below the path of responses: "/resp_1/cancel"
  std::string query;  // without '?'; empty: none
};

// Throws where something else is asked.
inline StoredAsked storedAsked(const sluice::Request& request) {
  const sluice::Body asked(request);
  const std::string_view wanted = asked.string("do"), id = asked.string("id");
  if (wanted != "delete" && wanted != "read" && wanted != "cancel") request.refuse();
  if (id.empty()) sluice::Body::refuse("id", "must not be empty");
  StoredAsked made{"GET", "/" + sluice::pathSegment(id), {}};
  if (wanted == "delete") made.method = "DELETE";
  if (wanted == "read" && asked["query"].exists()) made.query = asked.string("query");
  if (wanted == "cancel") {
    made.method = "POST";
    made.path += "/cancel";
  }
  return made;
}

}  // namespace openai
