#include "plugins/component_instance.hpp"

#include <algorithm>
#include <utility>

#include "plugins/abi.hpp"
#include "plugins/component_decoder.hpp"
#include "plugins/control.hpp"
#include "plugins/direct_operation.hpp"
#include "plugins/http_out.hpp"

namespace sluice::plugins {

namespace {

bool isWhole(const sluice_codec& table) {
  return SLUICE_HAS(sluice_codec, &table, close) && table.encode != nullptr &&
         table.open != nullptr && table.frame != nullptr && table.end != nullptr &&
         table.close != nullptr;
}
bool isWhole(const sluice_direct& table) {
  return SLUICE_HAS(sluice_direct, &table, release) && table.start != nullptr;
}
bool isWhole(const sluice_strategy& table) {
  return SLUICE_HAS(sluice_strategy, &table, observe) && table.rank != nullptr;
}

// `found` may be null: the component need not have that face.
template <class Table>
bool take(const void* found, const Table*& into) {
  into = static_cast<const Table*>(found);
  return into == nullptr || isWhole(*into);
}

}  // namespace

ComponentInstance::ComponentInstance(std::shared_ptr<Library> library, const ComponentInfo& info,
                                     const std::string& name, const std::string& settings)
    : library_(std::move(library)),
      name_(name),
      componentId_(info.id),
      settings_(settings),
      dialects_(info.dialects),
      host_(name + " (" + info.id + ')'),
      site_{host_.label().c_str(), &library_->stats()} {}

Result<std::shared_ptr<const ComponentInstance>> ComponentInstance::create(
    const std::shared_ptr<Library>& library, const sluice_component& table,
    const ComponentInfo& info, const std::string& name, const std::string& settings) {
  std::unique_ptr<ComponentInstance> made(new ComponentInstance(library, info, name, settings));
  std::string label = made->label();
  auto instance = ownedByControlThread(std::move(made), std::move(label), "destroy");
  sluice_error error = abi::emptyError();
  sluice_status status = SLUICE_OK;
  {
    const std::lock_guard lock(library->control());
    status = calling(instance->site(), CallKind::create, error, [&] {
      instance->instance_ = table.create(&table, instance->host_.get(), abi::str(instance->name_),
                                         abi::str(settings), &error);
      return instance->instance_ != nullptr ? SLUICE_OK : SLUICE_INTERNAL;
    });
  }
  if (status != SLUICE_OK) {
    const bool silent = error.message[0] == '\0';
    const std::string reason = silent ? "no reason given" : abi::fromC(status, error, {}).message;
    return Error{instance->label() + ": could not be created: " + reason};
  }
  if (auto fault = instance->adopt(info.kind)) return Error{instance->label() + ": " + *fault};
  library->add(std::weak_ptr<const Instance>(instance));
  return std::shared_ptr<const ComponentInstance>(std::move(instance));
}

std::optional<std::string> ComponentInstance::adopt(Kind kind) {
  if (!SLUICE_HAS(sluice_instance, instance_, destroy) || instance_->get_extension == nullptr ||
      instance_->destroy == nullptr) {
    instance_ = nullptr;  // nothing of it can be called
    return "the plugin made a broken instance";
  }
  if (!take(extension(SLUICE_EXT_CODEC), codec_)) return "has a broken " SLUICE_EXT_CODEC;
  if (!take(extension(SLUICE_EXT_DIRECT), direct_)) return "has a broken " SLUICE_EXT_DIRECT;
  if (!take(extension(SLUICE_EXT_STRATEGY), strategy_)) return "has a broken " SLUICE_EXT_STRATEGY;
  if (kind == Kind::strategy) {
    if (strategy_ == nullptr) return "is a strategy without " SLUICE_EXT_STRATEGY;
  } else if (codec_ == nullptr && direct_ == nullptr) {
    return "has neither " SLUICE_EXT_CODEC " nor " SLUICE_EXT_DIRECT;
  }
  return std::nullopt;
}

const void* ComponentInstance::extension(const char* id) const noexcept {
  const void* found = nullptr;
  calling(site(), CallKind::getExtension, [&] { found = instance_->get_extension(instance_, id); });
  return found;
}

void ComponentInstance::retire() const {
  if (instance_ == nullptr || instance_->retire == nullptr || retired_.exchange(true)) return;
  const std::lock_guard lock(library_->control());
  calling(site(), CallKind::retire, [&] { instance_->retire(instance_); });
}

ComponentInstance::~ComponentInstance() {
  if (instance_ == nullptr) return;
  retire();
  const std::lock_guard lock(library_->control());
  calling(site(), CallKind::destroy, [&] { instance_->destroy(instance_); });
}

bool ComponentInstance::speaks(std::string_view dialect) const noexcept {
  return std::ranges::find(dialects_, dialect) != dialects_.end();
}

Fault ComponentInstance::lacks(std::string_view face) const {
  Fault fault;
  fault.code = Code::unimplemented;
  fault.message = label() + ": has no " + std::string(face);
  return fault;
}

std::optional<Fault> ComponentInstance::encode(const Request& request, std::string_view key,
                                               Encoded& into) const {
  if (codec_ == nullptr) return lacks(SLUICE_EXT_CODEC);
  const sluice_request asked = abi::toC(request);
  sluice_error error = abi::emptyError();
  HttpOut out(label(), request.body, key, into);
  const auto status = calling(site(), CallKind::encode, error,
                              [&] { return codec_->encode(instance_, &asked, out.get(), &error); });
  if (status != SLUICE_OK) return abi::fromC(status, error, label());
  return out.finish();
}

std::unique_ptr<Decoder> ComponentInstance::open(const Request& request, int httpStatus,
                                                 std::span<const HeaderView> headers,
                                                 Fault& fault) const {
  if (codec_ == nullptr) {
    fault = lacks(SLUICE_EXT_CODEC);
    return nullptr;
  }
  return ComponentDecoder::open(shared_from_this(), request, httpStatus, headers, fault);
}

std::unique_ptr<DirectCall> ComponentInstance::start(const Request& request, io::Loop& loop,
                                                     io::WorkerPool& workers, Fault& fault) const {
  if (direct_ == nullptr) {
    fault = lacks(SLUICE_EXT_DIRECT);
    return nullptr;
  }
  return startDirect(shared_from_this(), request, loop, workers, fault);
}

std::optional<Fault> ComponentInstance::rank(const Request& request,
                                             std::span<const Candidate> candidates,
                                             std::vector<std::uint32_t>& order) const {
  if (strategy_ == nullptr) return lacks(SLUICE_EXT_STRATEGY);
  thread_local std::vector<sluice_candidate> tables;  // reused: rank() is called for every call
  thread_local std::vector<const sluice_candidate*> pointers;
  thread_local std::vector<bool> seen;
  tables.clear();
  pointers.clear();
  for (const Candidate& candidate : candidates) tables.push_back(abi::toC(candidate));
  for (const sluice_candidate& table : tables) pointers.push_back(&table);
  order.assign(candidates.size(), 0);
  std::size_t count = 0;
  const sluice_request asked = abi::toC(request);
  sluice_error error = abi::emptyError();
  const auto status = calling(site(), CallKind::rank, error, [&] {
    return strategy_->rank(instance_, &asked, pointers.data(), pointers.size(), order.data(),
                           &count, &error);
  });
  if (status != SLUICE_OK) {
    order.clear();
    return abi::fromC(status, error, label());
  }
  const std::size_t most = order.size();
  order.resize(std::min(count, most));
  seen.assign(most, false);
  bool sound = count <= most;
  for (const std::uint32_t index : order) {
    sound = sound && index < most && !seen[index];
    if (sound) seen[index] = true;
  }
  if (sound) return std::nullopt;
  order.clear();
  return abi::misbehaved(label(), "ranked what it was not given, or something twice");
}

void ComponentInstance::observe(const Candidate& candidate, const Outcome& outcome) const {
  if (strategy_ == nullptr || strategy_->observe == nullptr) return;
  const sluice_candidate table = abi::toC(candidate);
  sluice_usage usage{};
  sluice_outcome out{};
  out.struct_size = sizeof out;
  out.status = static_cast<sluice_status>(outcome.status);
  out.first_us = outcome.firstUs;
  out.total_us = outcome.totalUs;
  if (outcome.usage != nullptr) {
    usage = abi::toC(*outcome.usage);
    out.usage = &usage;
  }
  calling(site(), CallKind::observe, [&] { strategy_->observe(instance_, &table, &out); });
}

}  // namespace sluice::plugins
