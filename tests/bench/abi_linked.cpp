#include "abi_linked.hpp"

#include <string>

// Its classes have no header: plugins are libraries. Host and SDK have names in common
// (sluice::json), which must not meet in one program.
#define sluice linked_sluice
#include "../plugins/acme/acme.cpp"
#undef sluice

namespace sluice::bench {

struct LinkedCodec::State {
  Acme codec;
  std::string method, path, fields, body;
  std::size_t pushed = 0;
};

namespace {

using namespace linked_sluice;

// The least that can be done with what a codec writes: it is copied, and nothing is checked.
template <class State>
sluice_http_out outOf(State& state) {
  sluice_http_out out{};
  out.struct_size = sizeof out;
  out.host_data = &state;
  out.start = [](sluice_http_out* it, sluice_str method, sluice_str path) {
    auto& to = *static_cast<State*>(it->host_data);
    to.method = view(method);
    to.path = view(path);
  };
  out.header = [](sluice_http_out* it, sluice_str name, sluice_str value) {
    auto& to = *static_cast<State*>(it->host_data);
    to.fields.append(view(name)).append(": ").append(view(value)).append("\r\n");
  };
  out.secret_header = [](sluice_http_out* it, sluice_str name, sluice_str prefix, sluice_str) {
    auto& to = *static_cast<State*>(it->host_data);
    to.fields.append(view(name)).append(": ").append(view(prefix)).append("key\r\n");
  };
  out.body = [](sluice_http_out* it, sluice_str bytes) {
    static_cast<State*>(it->host_data)->body += view(bytes);
  };
  return out;
}

template <class State>
sluice_sink sinkOf(State& state) {
  sluice_sink sink{};
  sink.struct_size = sizeof sink;
  sink.host_data = &state;
  sink.push = [](sluice_sink* it, const sluice_chunk* chunk) -> sluice_status {
    static_cast<State*>(it->host_data)->pushed += chunk->text.len + chunk->name.len;
    return SLUICE_OK;
  };
  return sink;
}

}  // namespace

LinkedCodec::LinkedCodec() : state_(std::make_unique<State>()) {}
LinkedCodec::~LinkedCodec() = default;

std::size_t LinkedCodec::pair(std::string_view model, std::string_view body,
                              std::string_view frame) {
  State& state = *state_;
  state.fields.clear();
  state.body.clear();
  state.pushed = 0;
  sluice_request asked{};
  asked.struct_size = sizeof asked;
  asked.op = SLUICE_OP_CHAT;
  asked.flags = SLUICE_REQ_STREAM;
  asked.model = str(model);
  asked.dialect = str("sluice.chat/1");
  asked.body = str(body);
  const linked_sluice::Request request(asked);
  sluice_http_out out = outOf(state);
  state.codec.encode(request, HttpOut(&out));
  sluice_sink sink = sinkOf(state);
  const auto decoder = state.codec.open(request, Response{200, Headers(nullptr, 0)});
  decoder->frame({}, frame, Sink(&sink));
  decoder->end(Sink(&sink));
  return state.body.size() + state.pushed;
}

}  // namespace sluice::bench
