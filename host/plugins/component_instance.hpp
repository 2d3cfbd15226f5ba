// ComponentInstance: an Instance over the C tables of a component, and its Decoder.
// Threads: as Instance says.
#pragma once

#include <sluice/plugin.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "plugins/host_table.hpp"
#include "plugins/instance.hpp"
#include "plugins/library.hpp"
#include "plugins/plugin_call.hpp"
#include "plugins/registry.hpp"

namespace sluice::plugins {

class ComponentInstance final : public Instance,
                                public std::enable_shared_from_this<ComponentInstance> {
 public:
  // `settings` are checked already. The table and `info` belong to `library` and its registry; what
  // is needed later is copied. The instance is destroyed on the control thread.
  static Result<std::shared_ptr<const ComponentInstance>> create(
      const std::shared_ptr<Library>& library, const sluice_component& table,
      const ComponentInfo& info, const std::string& name, const std::string& settings);
  ~ComponentInstance() override;
  ComponentInstance(const ComponentInstance&) = delete;
  ComponentInstance& operator=(const ComponentInstance&) = delete;

  const std::string& name() const noexcept override { return name_; }
  const std::string& componentId() const noexcept override { return componentId_; }
  bool hasCodec() const noexcept override { return codec_ != nullptr; }
  bool hasDirect() const noexcept override { return direct_ != nullptr; }
  bool hasStrategy() const noexcept override { return strategy_ != nullptr; }
  bool speaks(std::string_view dialect) const noexcept override;

  std::optional<Fault> encode(const Request& request, std::string_view key,
                              Encoded& into) const override;
  std::unique_ptr<Decoder> open(const Request& request, int httpStatus,
                                std::span<const HeaderView> headers, Fault& fault) const override;
  std::unique_ptr<DirectCall> start(const Request& request, io::Loop& loop, io::WorkerPool& workers,
                                    Fault& fault) const override;
  std::optional<Fault> rank(const Request& request, std::span<const Candidate> candidates,
                            std::vector<std::uint32_t>& order) const override;
  void observe(const Candidate& candidate, const Outcome& outcome) const override;
  void retire() const override;

  // Whether it is what create() would make of these.
  bool is(const Library& library, std::string_view componentId, std::string_view name,
          std::string_view settings) const noexcept {
    return library_.get() == &library && componentId_ == componentId && name_ == name &&
           settings_ == settings;
  }

  // For logs and messages: "groq (sluice.openai)".
  const std::string& label() const noexcept { return host_.label(); }
  const CallSite& site() const noexcept { return site_; }
  const sluice_instance* table() const noexcept { return instance_; }
  const sluice_codec& codec() const noexcept { return *codec_; }
  const sluice_direct& direct() const noexcept { return *direct_; }

 private:
  ComponentInstance(std::shared_ptr<Library> library, const ComponentInfo& info,
                    const std::string& name, const std::string& settings);
  std::optional<std::string> adopt(Kind kind);
  const void* extension(const char* id) const noexcept;
  Fault lacks(std::string_view face) const;

  std::shared_ptr<Library> library_;
  std::string name_, componentId_, settings_;
  std::vector<std::string> dialects_;
  HostTable host_;
  CallSite site_;
  const sluice_instance* instance_ = nullptr;
  const sluice_codec* codec_ = nullptr;
  const sluice_direct* direct_ = nullptr;
  const sluice_strategy* strategy_ = nullptr;
  mutable std::atomic<bool> retired_{false};
};

}  // namespace sluice::plugins
