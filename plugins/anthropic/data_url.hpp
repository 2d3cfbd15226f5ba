// Data URLs: what they hold, and the encodings in which it stands.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace anthropic {

// data:[type][;attributes][;base64],data. Views into the URL.
struct DataUrl {
  std::string_view type, data;
  bool base64 = false;
};

// Nothing if it is no data URL.
std::optional<DataUrl> parseDataUrl(std::string_view url);

// The text that a data URL holds; nothing if it is not well encoded, or not UTF-8.
std::optional<std::string> textOf(const DataUrl& url);

// Whether a media type is one of texts: text/*, or such as JSON. No type at all is text too.
bool isText(std::string_view type);

}  // namespace anthropic
