#include "plugins/component_decoder.hpp"

#include <utility>
#include <vector>

#include "plugins/abi.hpp"
#include "plugins/log.hpp"

namespace sluice::plugins {

ComponentDecoder::ComponentDecoder(std::shared_ptr<const ComponentInstance> instance,
                                   const Request& request, int httpStatus) noexcept
    : instance_(std::move(instance)),
      request_(abi::toC(request)),
      httpStatus_(httpStatus),
      table_{sizeof(sluice_sink), 0, this, push, finish},
      error_(abi::emptyError()) {}

std::unique_ptr<Decoder> ComponentDecoder::open(std::shared_ptr<const ComponentInstance> instance,
                                                const Request& request, int httpStatus,
                                                std::span<const HeaderView> headers, Fault& fault) {
  thread_local std::vector<sluice_kv> fields;  // reused: there is one decoder an answer
  fields.clear();
  for (const HeaderView& header : headers) {
    fields.push_back({abi::str(header.name), abi::str(header.value)});
  }
  std::unique_ptr<ComponentDecoder> decoder(
      new ComponentDecoder(std::move(instance), request, httpStatus));
  ComponentDecoder& it = *decoder;
  const auto status = calling(it.instance_->site(), CallKind::open, it.error_, [&] {
    return it.instance_->codec().open(it.instance_->table(), &it.request_,
                                      static_cast<std::uint32_t>(httpStatus), fields.data(),
                                      fields.size(), &it.decoder_, &it.error_);
  });
  it.open_ = status == SLUICE_OK;
  if (it.open_) return decoder;
  fault = it.faultOf(status);
  return nullptr;
}

ComponentDecoder::~ComponentDecoder() {
  if (!open_) return;
  calling(instance_->site(), CallKind::close, [&] { instance_->codec().close(decoder_); });
}

sluice_status ComponentDecoder::push(sluice_sink* sink, const sluice_chunk* chunk) noexcept {
  const BackInHost host;
  const auto& self = *static_cast<ComponentDecoder*>(sink->host_data);
  if (self.sink_ == nullptr) return SLUICE_CANCELLED;
  Chunk into;
  Usage usage;
  if (!abi::fromC(*chunk, usage, into)) return SLUICE_OK;
  switch (self.sink_->push(into)) {
    case ChunkSink::Answer::more: return SLUICE_OK;
    case ChunkSink::Answer::pause: return SLUICE_PAUSE;
    case ChunkSink::Answer::cancelled: return SLUICE_CANCELLED;
  }
  return SLUICE_CANCELLED;
}

void ComponentDecoder::finish(sluice_sink* sink, const sluice_error*) noexcept {
  const BackInHost host;
  const auto& self = *static_cast<ComponentDecoder*>(sink->host_data);
  log(LogLevel::warning, self.instance_->label(),
      "finished from its decoder, which only direct operations do; ignored");
}

std::optional<Fault> ComponentDecoder::frame(std::string_view event, std::string_view data,
                                             ChunkSink& sink) {
  sink_ = &sink;
  const auto status = calling(instance_->site(), CallKind::frame, error_, [&] {
    return instance_->codec().frame(decoder_, abi::str(event), abi::str(data), &table_, &error_);
  });
  sink_ = nullptr;
  if (status == SLUICE_OK) return std::nullopt;
  return faultOf(status);
}

std::optional<Fault> ComponentDecoder::end(ChunkSink& sink) {
  sink_ = &sink;
  const auto status = calling(instance_->site(), CallKind::end, error_,
                              [&] { return instance_->codec().end(decoder_, &table_, &error_); });
  sink_ = nullptr;
  if (status == SLUICE_OK) return std::nullopt;
  return faultOf(status);
}

Fault ComponentDecoder::faultOf(sluice_status status) {
  Fault fault = abi::fromC(status, error_, instance_->label());
  if (fault.httpStatus == 0 && httpStatus_ / 100 != 2) fault.httpStatus = httpStatus_;
  error_ = abi::emptyError();
  return fault;
}

}  // namespace sluice::plugins
