// Direct components, asynchronous and blocking, and a strategy. The request's model says what to
// do.
#include <sluice/plugin.h>

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace {

std::string_view view(sluice_str s) {
  return s.ptr == nullptr ? "" : std::string_view(s.ptr, s.len);
}
sluice_str str(std::string_view s) { return {s.data(), s.size()}; }

const sluice_host* hostOf(const sluice_instance* self) {
  return static_cast<const sluice_host*>(self->plugin_data);
}
void say(const sluice_host* host, std::string_view text) { host->log(host, 0, str(text)); }

sluice_status push(sluice_sink* sink, std::string_view text) {
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = SLUICE_CHUNK_TEXT;
  chunk.text = str(text);
  return sink->push(sink, &chunk);
}

void finish(sluice_sink* sink, sluice_status code, std::string_view message = {}) {
  if (code == SLUICE_OK) return sink->finish(sink, nullptr);
  sluice_error error{};
  error.struct_size = sizeof error;
  error.code = code;
  std::memcpy(error.message, message.data(), message.size());
  sink->finish(sink, &error);
}

// One operation. `model` is what to do, a number behind a colon says how often.
struct Call {
  const sluice_host* host;
  sluice_sink* sink;
  std::string model, body;
  long count = 1;
  std::mutex mutex;
  std::condition_variable changed;
  bool paused = false, cancelled = false;
  std::thread thread;

  // Pushes `count` texts, waiting while paused. Armed before the push, so that a resume() during it
  // is not lost.
  sluice_status politely() {
    for (long i = 0; i < count; ++i) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return !paused || cancelled; });
        if (cancelled) return SLUICE_CANCELLED;
        paused = true;
      }
      const sluice_status answer = push(sink, body);
      if (answer == SLUICE_CANCELLED) return answer;
      if (answer == SLUICE_PAUSE) {
        say(host, "paused");
        continue;
      }
      const std::lock_guard lock(mutex);
      paused = false;
    }
    return SLUICE_OK;
  }
  sluice_status deafly() {
    for (long i = 0; i < count; ++i) {
      if (push(sink, body) == SLUICE_CANCELLED) return SLUICE_CANCELLED;
    }
    return SLUICE_OK;
  }
  void untilCancelled() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return cancelled; });
  }
  void run() {
    sluice_status status = SLUICE_OK;
    if (model == "stream") status = politely();
    if (model == "deaf") status = deafly();
    if (model == "wait") {
      push(sink, "waiting");
      untilCancelled();
      status = SLUICE_CANCELLED;
    }
    if (model == "until refused") {
      while (push(sink, body) != SLUICE_CANCELLED) std::this_thread::yield();
      status = SLUICE_CANCELLED;
    }
    if (model == "fail") {
      push(sink, "half");
      return finish(sink, SLUICE_UNAVAILABLE, "the index is being rebuilt");
    }
    if (model == "twice") finish(sink, SLUICE_OK);
    if (model == "late") {
      finish(sink, SLUICE_OK);
      push(sink, "too late");
      return;
    }
    if (status == SLUICE_CANCELLED) say(host, "stopped");
    finish(sink, status, status == SLUICE_OK ? "" : "cancelled");
  }
};

Call* make(const sluice_instance* self, const sluice_request* req, sluice_sink* sink) {
  auto* call = new Call{hostOf(self),
                        sink,
                        std::string(view(req->model)),
                        std::string(view(req->body)),
                        1,
                        {},
                        {},
                        false,
                        false,
                        {}};
  if (const auto colon = call->model.find(':'); colon != std::string::npos) {
    call->count = std::atol(call->model.c_str() + colon + 1);
    call->model.resize(colon);
  }
  return call;
}

sluice_status refuse(sluice_error* err) {
  std::strcpy(err->message, "no such model");
  return SLUICE_NOT_FOUND;
}

// Runs in start() when the dialect is "sync", else in a thread of its own.
sluice_status startThread(const sluice_instance* self, const sluice_request* req, sluice_sink* sink,
                          void** call, sluice_error* err) {
  if (view(req->model) == "refuse") return refuse(err);
  Call* made = make(self, req, sink);
  *call = made;
  if (view(req->dialect) == "sync") made->run();
  else made->thread = std::thread(&Call::run, made);
  return SLUICE_OK;
}

sluice_status startHere(const sluice_instance* self, const sluice_request* req, sluice_sink* sink,
                        void** call, sluice_error* err) {
  if (view(req->model) == "refuse") return refuse(err);
  Call* made = make(self, req, sink);
  *call = made;
  made->run();
  return SLUICE_OK;
}

void resume(void* call) {
  auto* self = static_cast<Call*>(call);
  {
    const std::lock_guard lock(self->mutex);
    self->paused = false;
  }
  self->changed.notify_all();
}
void cancel(void* call) {
  auto* self = static_cast<Call*>(call);
  {
    const std::lock_guard lock(self->mutex);
    self->cancelled = true;
    // Under the lock: the operation may end as soon as it is let go.
    self->changed.notify_all();
  }
}
void release(void* call) {
  auto* self = static_cast<Call*>(call);
  if (self->thread.joinable()) self->thread.join();
  say(self->host, "released");
  delete self;
}

constexpr sluice_direct kThreaded{sizeof(sluice_direct), 0, startThread, resume, cancel, release};
constexpr sluice_direct kBlocking{
    sizeof(sluice_direct), SLUICE_DIRECT_BLOCKING, startHere, resume, cancel, release};

// --- the strategy ---

sluice_status rank(const sluice_instance*, const sluice_request* req,
                   const sluice_candidate* const* cands, size_t n, uint32_t* order, size_t* nOrder,
                   sluice_error* err) {
  const std::string_view what = view(req->model);
  if (what == "fail") {
    std::strcpy(err->message, "cannot choose");
    return SLUICE_FAILED_PRECONDITION;
  }
  std::size_t count = 0;
  for (std::size_t i = n; i-- > 0;) {
    if ((cands[i]->flags & SLUICE_CAND_HEALTHY) != 0) order[count++] = static_cast<uint32_t>(i);
  }
  if (what == "far") order[0] = static_cast<uint32_t>(n);
  if (what == "double") order[1] = order[0];
  *nOrder = what == "more" ? n + 1 : count;
  return SLUICE_OK;
}

void observe(const sluice_instance* self, const sluice_candidate* cand, const sluice_outcome* out) {
  say(hostOf(self), std::string(view(cand->target)) + " " + std::to_string(out->status) + " " +
                        std::to_string(out->first_us) + " " +
                        (out->usage == nullptr ? "?" : std::to_string(out->usage->output)));
}
constexpr sluice_strategy kStrategy{sizeof(sluice_strategy), 0, rank, observe};

// --- instances ---

const void* threaded(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &kThreaded : nullptr;
}
const void* blocking(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &kBlocking : nullptr;
}
const void* strategy(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_STRATEGY) == 0 ? &kStrategy : nullptr;
}
void destroy(const sluice_instance* self) {
  say(hostOf(self), "destroyed");
  delete self;
}

template <auto Extension>
const sluice_instance* create(const sluice_component*, const sluice_host* host, sluice_str,
                              sluice_str, sluice_error*) {
  return new sluice_instance{
      sizeof(sluice_instance), 0, const_cast<sluice_host*>(host), Extension, nullptr, destroy};
}

constexpr sluice_component kComponents[] = {
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.threaded", "pushes from a thread",
     nullptr, nullptr, nullptr, create<threaded>},
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.blocking", "works in start()",
     nullptr, nullptr, nullptr, create<blocking>},
    {sizeof(sluice_component), SLUICE_KIND_STRATEGY, "org.example.reverse", "last first", nullptr,
     nullptr, nullptr, create<strategy>},
    {sizeof(sluice_component), SLUICE_KIND_STRATEGY, "org.example.threaded-rank", "not a strategy",
     nullptr, nullptr, nullptr, create<threaded>},
};
constexpr const sluice_component* kList[] = {&kComponents[0], &kComponents[1], &kComponents[2],
                                             &kComponents[3]};
constexpr sluice_library kLibrary{sizeof(sluice_library),
                                  SLUICE_ABI_VERSION,
                                  SLUICE_LIB_MAY_UNLOAD,
                                  4,
                                  "example",
                                  "1.0.0",
                                  "Apache-2.0",
                                  kList,
                                  nullptr,
                                  nullptr};

}  // namespace

extern "C" const sluice_library* sluice_plugin_entry(uint32_t) { return &kLibrary; }
