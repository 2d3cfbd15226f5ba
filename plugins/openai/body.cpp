#include "body.hpp"

#include <algorithm>
#include <array>

namespace openai {
namespace {

namespace json = sluice::json;

// As they are written with their quotes; most bodies have none of them.
constexpr std::array<std::string_view, 8> kExtensions{
    "\"reasoning_content\"", "\"reasoning_details\"", "\"reasoning_budget\"", "\"top_k\"",
    "\"is_error\"",          "\"cache_control\"",     "\"extra_content\"",    "\"file_url\""};

std::string indexed(std::string_view name, std::size_t index) {
  return std::string(name).append("[").append(std::to_string(index)).append("]");
}

// Copies values, and leaves out members by where they stand.
class Copy {
 public:
  Copy(Reasoning reasoning, sluice::HttpOut& told) : reasoning_(reasoning), told_(told) {}

  std::string request(json::Value root) {
    json::Writer w(text_);
    members(w, root, [this](json::Writer& to, std::string_view name, json::Value value) {
      if (name == "top_k" || name == "reasoning_budget") leaveOut(std::string(name));
      else if (name == "messages") messages(to, value);
      else if (name == "tools") tools(to, value);
      else plain(to, name, value);
    });
    return std::move(text_);
  }

 private:
  // An object whose members `each` writes, or does not.
  template <class Each>
  static void members(json::Writer& w, json::Value object, const Each& each) {
    w.beginObject();
    for (auto at = object.begin(); at != object.end(); ++at) each(w, at.key(), *at);
    w.endObject();
  }
  static void value(json::Writer& w, json::Value value) {
    if (value.isString()) w.string(value.string());
    else w.raw(value.raw());
  }
  static void plain(json::Writer& w, std::string_view name, json::Value of) {
    w.key(name);
    value(w, of);
  }
  void leaveOut(std::string field) { told_.dropped(field); }

  void messages(json::Writer& w, json::Value list) {
    w.key("messages").beginArray();
    std::size_t index = 0;
    for (const json::Value message : list) {
      const std::string where = indexed("messages", index++);
      members(w, message, [&](json::Writer& to, std::string_view name, json::Value of) {
        member(to, where, name, of);
      });
    }
    w.endArray();
  }

  void member(json::Writer& w, const std::string& where, std::string_view name, json::Value of) {
    const bool content = name == "reasoning_content", details = name == "reasoning_details";
    if (content || details) {
      const Reasoning wanted = content ? Reasoning::content : Reasoning::details;
      if (reasoning_ == wanted) plain(w, name, of);
      else leaveOut(where + "." + std::string(name));
    } else if (name == "is_error") {
      leaveOut(where + ".is_error");
    } else if (name == "content" && of.isArray()) {
      w.key(name);
      parts(w, where + ".content", of);
    } else if (name == "tool_calls" && of.isArray()) {
      w.key(name);
      without(w, where + ".tool_calls", of, "extra_content");
    } else {
      plain(w, name, of);
    }
  }

  // The objects of a list, each without one member.
  void without(json::Writer& w, const std::string& where, json::Value list, std::string_view left) {
    w.beginArray();
    std::size_t index = 0;
    for (const json::Value item : list) {
      const std::string at = indexed(where, index++);
      if (!item.isObject()) {
        value(w, item);
        continue;
      }
      members(w, item, [&](json::Writer& to, std::string_view name, json::Value of) {
        if (name == left) leaveOut(at + "." + std::string(name));
        else plain(to, name, of);
      });
    }
    w.endArray();
  }

  void parts(json::Writer& w, const std::string& where, json::Value list) {
    std::size_t index = 0;
    for (const json::Value part : list) {
      const std::string at = indexed(where, index++) + ".file.file_url";
      if (part["file"]["file_url"].isString())
        sluice::Body::refuse(at, "cannot be sent to this provider; send file_data");
    }
    without(w, where, list, "cache_control");
  }

  void tools(json::Writer& w, json::Value list) {
    w.key("tools");
    if (list.isArray()) without(w, "tools", list, "cache_control");
    else value(w, list);
  }

  const Reasoning reasoning_;
  sluice::HttpOut& told_;
  std::string text_;
};

}  // namespace

std::optional<std::string> plainBody(const sluice::Request& request, Reasoning reasoning,
                                     sluice::HttpOut& out) {
  const std::string_view body = request.body();
  const auto holds = [body](std::string_view name) {
    return body.find(name) != std::string_view::npos;
  };
  if (std::none_of(kExtensions.begin(), kExtensions.end(), holds)) return std::nullopt;
  json::Document document;
  if (!document.parse(body)) return std::nullopt;  // the upstream may say what it thinks of it
  return Copy(reasoning, out).request(document.root());
}

}  // namespace openai
