// Direct components that take their time where others must not wait for them: one whose release()
// is slow, one whose start() waits until it is cancelled, one that has said all and does not
// finish. The model's name is how many milliseconds release() takes.
#include <sluice/plugin.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

namespace {

sluice_str str(const char* text) { return {text, std::strlen(text)}; }

const sluice_host* hostOf(const sluice_instance* self) {
  return static_cast<const sluice_host*>(self->plugin_data);
}

struct Call {
  const sluice_host* host;
  sluice_sink* sink;
  long releaseMs = 0;
  bool lingers = false;
  bool cancelled = false;
  std::mutex mutex;
  std::condition_variable changed;
};

Call* make(const sluice_instance* self, const sluice_request* req, sluice_sink* sink) {
  auto* made = new Call{hostOf(self), sink, 0, false, false, {}, {}};
  made->releaseMs = std::atol(std::string(req->model.ptr, req->model.len).c_str());
  return made;
}

void answer(sluice_sink* sink) {
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = SLUICE_CHUNK_TEXT;
  chunk.text = str("all of it");
  sink->push(sink, &chunk);
  chunk.type = SLUICE_CHUNK_FINISH;
  chunk.text = {};
  chunk.name = str("stop");
  sink->push(sink, &chunk);
}

void finishCancelled(sluice_sink* sink) {
  sluice_error error{};
  error.struct_size = sizeof error;
  error.code = SLUICE_CANCELLED;
  sink->finish(sink, &error);
}

sluice_status startReleasing(const sluice_instance* self, const sluice_request* req,
                             sluice_sink* sink, void** call, sluice_error*) {
  *call = make(self, req, sink);
  answer(sink);
  sink->finish(sink, nullptr);
  return SLUICE_OK;
}

sluice_status startWaiting(const sluice_instance* self, const sluice_request* req,
                           sluice_sink* sink, void** call, sluice_error*) {
  Call* const made = make(self, req, sink);
  *call = made;
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = SLUICE_CHUNK_TEXT;
  chunk.text = str("waiting");
  sink->push(sink, &chunk);
  {
    std::unique_lock lock(made->mutex);
    made->changed.wait(lock, [made] { return made->cancelled; });
  }
  finishCancelled(sink);
  return SLUICE_OK;
}

sluice_status startLingering(const sluice_instance* self, const sluice_request* req,
                             sluice_sink* sink, void** call, sluice_error*) {
  Call* const made = make(self, req, sink);
  made->lingers = true;
  *call = made;
  answer(sink);
  return SLUICE_OK;
}

void cancel(void* call) {
  auto* const self = static_cast<Call*>(call);
  if (self->lingers) return finishCancelled(self->sink);
  const std::lock_guard lock(self->mutex);
  self->cancelled = true;
  self->changed.notify_all();
}

void release(void* call) {
  auto* const self = static_cast<Call*>(call);
  std::this_thread::sleep_for(std::chrono::milliseconds(self->releaseMs));
  self->host->log(self->host, 1, str("released"));
  delete self;
}

constexpr sluice_direct kReleasing{
    sizeof(sluice_direct), 0, startReleasing, nullptr, cancel, release};
constexpr sluice_direct kWaiting{
    sizeof(sluice_direct), SLUICE_DIRECT_BLOCKING, startWaiting, nullptr, cancel, release};
constexpr sluice_direct kLingering{
    sizeof(sluice_direct), 0, startLingering, nullptr, cancel, release};

template <const sluice_direct* Face>
const void* face(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_DIRECT) == 0 ? Face : nullptr;
}
void destroy(const sluice_instance* self) { delete self; }

template <const sluice_direct* Face>
const sluice_instance* create(const sluice_component*, const sluice_host* host, sluice_str,
                              sluice_str, sluice_error*) {
  return new sluice_instance{
      sizeof(sluice_instance), 0, const_cast<sluice_host*>(host), face<Face>, nullptr, destroy};
}

constexpr sluice_component kComponents[] = {
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.releasing", "is slow to go",
     nullptr, nullptr, nullptr, create<&kReleasing>},
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.waiting", "waits in start()",
     nullptr, nullptr, nullptr, create<&kWaiting>},
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.lingering", "does not finish",
     nullptr, nullptr, nullptr, create<&kLingering>},
};
constexpr const sluice_component* kList[] = {&kComponents[0], &kComponents[1], &kComponents[2]};
constexpr sluice_library kLibrary{sizeof(sluice_library),
                                  SLUICE_ABI_VERSION,
                                  SLUICE_LIB_MAY_UNLOAD,
                                  3,
                                  "example",
                                  "1.0.0",
                                  "Apache-2.0",
                                  kList,
                                  nullptr,
                                  nullptr};

}  // namespace

extern "C" const sluice_library* sluice_plugin_entry(std::uint32_t) { return &kLibrary; }
