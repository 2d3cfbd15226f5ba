#include "config/value_json.hpp"

#include "base/json.hpp"
#include "config/core_schema.hpp"

namespace sluice::config {

namespace {

void write(json::Writer& out, const Node& node, Report& report);

void writeNumber(json::Writer& out, const Node& node, Report& report) {
  if (const std::optional<std::string> number = jsonNumber(node.text)) {
    out.raw(*number);
    return;
  }
  report.fault(node.mark, "this number has more than 64 bits; put it in quotes");
  out.null();
}

void writeScalar(json::Writer& out, const Node& node, Report& report) {
  const bool empty = node.replaced && node.text.empty();
  switch (node.plain && !empty ? resolve(node.text) : Plain::text) {
    case Plain::null: out.null(); return;
    case Plain::boolean: out.boolean(node.text[0] == 't' || node.text[0] == 'T'); return;
    case Plain::integer:
    case Plain::real: writeNumber(out, node, report); return;
    case Plain::notFinite:
      report.fault(node.mark, "a number that is not finite cannot be a setting");
      out.null();
      return;
    case Plain::text: out.string(node.text); return;
  }
}

void write(json::Writer& out, const Node& node, Report& report) {
  switch (node.kind) {
    case Node::Kind::scalar: writeScalar(out, node, report); return;
    case Node::Kind::list:
      out.beginArray();
      for (const Node& item : node.items) write(out, item, report);
      out.endArray();
      return;
    case Node::Kind::map:
      out.beginObject();
      for (const Node::Entry& entry : node.entries) {
        out.key(entry.key);
        write(out, entry.value, report);
      }
      out.endObject();
      return;
  }
}

}  // namespace

void appendJson(std::string& out, const Node& node, Report& report) {
  json::Writer writer(out);
  write(writer, node, report);
}

}  // namespace sluice::config
