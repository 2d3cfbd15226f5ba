// ComponentDecoder: a Decoder over a codec's C table.
// Threads: one loop.
#pragma once

#include <sluice/plugin.h>

#include <memory>

#include "plugins/component_instance.hpp"

namespace sluice::plugins {

class ComponentDecoder final : public Decoder {
 public:
  // Null with `fault` if the plugin refused.
  static std::unique_ptr<Decoder> open(std::shared_ptr<const ComponentInstance> instance,
                                       const Request& request, int httpStatus,
                                       std::span<const HeaderView> headers, Fault& fault);
  ~ComponentDecoder() override;
  ComponentDecoder(const ComponentDecoder&) = delete;
  ComponentDecoder& operator=(const ComponentDecoder&) = delete;

  std::optional<Fault> frame(std::string_view event, std::string_view data,
                             ChunkSink& sink) override;
  std::optional<Fault> end(ChunkSink& sink) override;

 private:
  ComponentDecoder(std::shared_ptr<const ComponentInstance> instance, const Request& request,
                   int httpStatus) noexcept;
  static sluice_status push(sluice_sink* sink, const sluice_chunk* chunk) noexcept;
  static void finish(sluice_sink* sink, const sluice_error* error) noexcept;
  Fault faultOf(sluice_status status);

  std::shared_ptr<const ComponentInstance> instance_;
  sluice_request request_;  // lent to the plugin until close()
  int httpStatus_;
  sluice_sink table_;
  sluice_error error_;
  void* decoder_ = nullptr;
  bool open_ = false;
  ChunkSink* sink_ = nullptr;  // during frame() and end()
};

}  // namespace sluice::plugins
