// Document: a text in one of the forms that clients read, and the file that it belongs into.
// Threads: plain values; filling in is a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/connect/offer.hpp"

namespace sluice::app {

enum class Form : std::uint8_t { json, toml, yaml, shell, python, javascript, words };

// Where a client looks for a file. All empty: the text is for no file.
struct Place {
  const char* variable = "";  // of the environment; names the directory, if it is set
  const char* usual = "";     // the directory otherwise; "~" at its beginning is HOME
  const char* name = "";      // below the directory
};

struct Document {
  Place place = {};
  Form form = Form::words;
  std::string text;  // with a newline at its end
  // JSON pointers into a JSON document. What `owned` names takes the place of what a file has
  // there; all else is only added. What `rivals` names, the client would heed before ours.
  std::vector<std::string> owned = {};
  std::vector<std::string> rivals = {};
};

// `text` as a string in that form, with its quotes. Words are not quoted.
std::string quotedIn(Form form, const std::string& text);
// How the key is named in that form: by the variable that holds it. Where none is needed, some
// text, for clients that insist on one.
std::string keyIn(Form form, const Offer& offer);

// The template with @URL@, @V1@ (with /v1 at its end), @MODEL@ and @KEY@ filled in as the form
// writes them, @OS@ as Python's import where the key needs it.
std::string filled(Form form, std::string_view text, const Offer& offer);

}  // namespace sluice::app
