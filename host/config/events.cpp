#include "config/events.hpp"

#include <libfyaml.h>

#include <algorithm>

namespace sluice::config {

namespace {

struct Free {
  void operator()(fy_diag* diag) const noexcept { fy_diag_destroy(diag); }
  void operator()(fy_parser* parser) const noexcept { fy_parser_destroy(parser); }
  void operator()(fy_token_iter* pieces) const noexcept { fy_token_iter_destroy(pieces); }
};

// By the pieces: fy_token_get_text() leaks memory where a scalar has many escapes.
std::string textOf(fy_token* token) {
  std::string text;
  if (token == nullptr) return text;
  const std::unique_ptr<fy_token_iter, Free> pieces(fy_token_iter_create(token));
  const fy_iter_chunk* piece = nullptr;
  int failure = 0;
  while ((piece = fy_token_iter_chunk_next(pieces.get(), piece, &failure)) != nullptr) {
    text.append(piece->str, piece->len);
  }
  return text;
}

// The library's places begin behind a quote, `*` or `&`; ours at it.
void place(Event& event, fy_token* token, std::string_view text) {
  const fy_mark* start = token == nullptr ? nullptr : fy_token_start_mark(token);
  const fy_mark* stop = token == nullptr ? nullptr : fy_token_end_mark(token);
  if (start == nullptr || stop == nullptr) return;
  event.placed = true;
  event.line = static_cast<unsigned>(start->line + 1);
  event.column = static_cast<unsigned>(start->column + 1);
  event.begin = std::min(start->input_pos, text.size());
  event.end = std::clamp(stop->input_pos, event.begin, text.size());
  const bool marked =
      event.kind == Event::Kind::alias || (event.kind == Event::Kind::scalar && !event.plain);
  constexpr std::string_view kMarks = "\"'*";
  if (marked && event.begin > 0 && event.column > 1 &&
      kMarks.find(text[event.begin - 1]) != kMarks.npos) {
    --event.begin;
    --event.column;
    if (event.end < text.size() && text[event.end] == text[event.begin]) ++event.end;
  }
}

// What stands between single quotes. The library takes '''' there for three quotes, not for two.
std::string singleQuoted(std::string_view written) {
  constexpr std::string_view kBlanks = " \t";
  std::string out;
  while (!written.empty()) {
    const char c = written.front();
    written.remove_prefix(1);
    if (c == '\'' && written.starts_with('\'')) written.remove_prefix(1);
    if (c != '\n' && c != '\r') {
      out += c;
      continue;
    }
    // A line break is a blank, an empty line is a line break; blanks around them do not count.
    if (c == '\r' && written.starts_with('\n')) written.remove_prefix(1);
    out.erase(out.find_last_not_of(kBlanks) + 1);
    std::size_t emptyLines = 0;
    for (;;) {
      written.remove_prefix(std::min(written.find_first_not_of(kBlanks), written.size()));
      if (!written.starts_with('\n') && !written.starts_with('\r')) break;
      written.remove_prefix(written.starts_with("\r\n") ? 2 : 1);
      ++emptyLines;
    }
    if (emptyLines == 0) out += ' ';
    else out.append(emptyLines, '\n');
  }
  return out;
}

void takeScalar(Event& event, fy_token* token, std::string_view text) {
  const fy_scalar_style style = token == nullptr ? FYSS_PLAIN : fy_token_scalar_style(token);
  event.kind = Event::Kind::scalar;
  event.plain = style == FYSS_PLAIN;
  place(event, token, text);
  if (style == FYSS_SINGLE_QUOTED && event.end - event.begin >= 2) {
    event.text = singleQuoted(text.substr(event.begin + 1, event.end - event.begin - 2));
  } else {
    event.text = textOf(token);
  }
}

void takeCollection(Event& event, Event::Kind kind, fy_token* token, std::string_view text) {
  event.kind = kind;
  place(event, token, text);
  event.flow = event.begin < text.size() && event.placed &&
               (text[event.begin] == '[' || text[event.begin] == '{');
}

// It has no place, but an end: a closing bracket's, if there is one.
void takeEnd(Event& event, Event::Kind kind, fy_token* token, std::string_view text) {
  event.kind = kind;
  const fy_mark* stop = token == nullptr ? nullptr : fy_token_end_mark(token);
  if (stop != nullptr) event.end = std::min(stop->input_pos, text.size());
}

void takeProperties(Event& event, fy_token* anchor, fy_token* tag) {
  event.anchor = textOf(anchor);
  event.tagged = tag != nullptr;
}

}  // namespace

struct Events::Library {
  std::unique_ptr<fy_diag, Free> diag;
  std::unique_ptr<fy_parser, Free> parser;
};

Events::Events(std::string_view text) : text_(text), library_(std::make_unique<Library>()) {
  fy_diag_cfg diagnostics;
  fy_diag_cfg_default(&diagnostics);
  diagnostics.fp = nullptr;
  diagnostics.output_fn = nullptr;
  library_->diag.reset(fy_diag_create(&diagnostics));
  fy_diag_set_collect_errors(library_->diag.get(), true);
  fy_parse_cfg config{};
  config.flags =
      static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
  config.diag = library_->diag.get();
  library_->parser.reset(fy_parser_create(&config));
  fy_parser_set_string(library_->parser.get(), text_.data(), text_.size());
}

Events::~Events() = default;

Event Events::next() {
  fy_parser* const parser = library_->parser.get();
  const auto release = [parser](fy_event* event) { fy_parser_event_free(parser, event); };
  const std::unique_ptr<fy_event, decltype(release)> read(fy_parser_parse(parser), release);
  Event event;
  if (!read) return event;
  event.kind = Event::Kind::other;
  switch (read->type) {
    case FYET_DOCUMENT_START:
      event.kind = Event::Kind::document;
      place(event, read->document_start.document_start, text_);
      break;
    case FYET_SCALAR:
      takeScalar(event, read->scalar.value, text_);
      takeProperties(event, read->scalar.anchor, read->scalar.tag);
      break;
    case FYET_ALIAS:
      event.kind = Event::Kind::alias;
      event.text = textOf(read->alias.anchor);
      place(event, read->alias.anchor, text_);
      break;
    case FYET_SEQUENCE_START:
      takeCollection(event, Event::Kind::list, read->sequence_start.sequence_start, text_);
      takeProperties(event, read->sequence_start.anchor, read->sequence_start.tag);
      break;
    case FYET_MAPPING_START:
      takeCollection(event, Event::Kind::map, read->mapping_start.mapping_start, text_);
      takeProperties(event, read->mapping_start.anchor, read->mapping_start.tag);
      break;
    case FYET_SEQUENCE_END:
      takeEnd(event, Event::Kind::listEnd, read->sequence_end.sequence_end, text_);
      break;
    case FYET_MAPPING_END:
      takeEnd(event, Event::Kind::mapEnd, read->mapping_end.mapping_end, text_);
      break;
    default: break;
  }
  return event;
}

std::vector<SyntaxFault> Events::faults() const {
  std::vector<SyntaxFault> faults;
  void* position = nullptr;
  while (const fy_diag_error* error = fy_diag_errors_iterate(library_->diag.get(), &position)) {
    if (error->type < FYET_ERROR) continue;
    faults.push_back({static_cast<unsigned>(std::max(error->line, 1)),
                      static_cast<unsigned>(std::max(error->column, 1)), error->msg});
  }
  if (faults.empty() && fy_parser_get_stream_error(library_->parser.get())) {
    faults.push_back({1, 1, "this is not YAML"});
  }
  return faults;
}

}  // namespace sluice::config
