// A plugin that is built in versions, to be swapped under load: a codec and a direct component
// whose every piece of text tells which build made it and the how-manyth it is, "2:17 ". The
// model's name is how many pieces a direct operation pushes. What a frame of the codec holds may
// also be an order: "slow" or "crash".
#include <sluice/plugin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::string_view view(sluice_str s) {
  return s.ptr == nullptr ? "" : std::string_view(s.ptr, s.len);
}
sluice_str str(std::string_view s) { return {s.data(), s.size()}; }

const sluice_host* g_libraryHost;

void say(const sluice_host* host, const std::string& what) {
  const std::string line = what + " version " + std::to_string(VERSION);
  host->log(host, 1, str(line));
}

sluice_status push(sluice_sink* sink, std::string_view piece) {
  const std::string text = std::to_string(VERSION) + ':' + std::string(piece) + ' ';
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = SLUICE_CHUNK_TEXT;
  chunk.text = str(text);
  return sink->push(sink, &chunk);
}

void pushEnd(sluice_sink* sink) {
  sluice_chunk chunk{};
  chunk.struct_size = sizeof chunk;
  chunk.type = SLUICE_CHUNK_FINISH;
  chunk.name = str("stop");
  sink->push(sink, &chunk);
}

// --- the codec ---

sluice_status encode(const sluice_instance*, const sluice_request* req, sluice_http_out* out,
                     sluice_error*) {
  out->start(out, str("POST"), str("/stream"));
  out->framing = SLUICE_FRAME_SSE;
  out->body(out, req->body);
  return SLUICE_OK;
}

struct Answer {
  bool finished = false;
};

sluice_status openAnswer(const sluice_instance*, const sluice_request*, std::uint32_t,
                         const sluice_kv*, std::size_t, void** decoder, sluice_error*) {
  *decoder = new Answer;
  return SLUICE_OK;
}

sluice_status frame(void* decoder, sluice_str, sluice_str data, sluice_sink* sink, sluice_error*) {
  if (view(data) == "[DONE]") {
    static_cast<Answer*>(decoder)->finished = true;
    pushEnd(sink);
    return SLUICE_OK;
  }
  if (view(data) == "slow") std::this_thread::sleep_for(60ms);
  if (view(data) == "crash") *static_cast<volatile int*>(nullptr) = 1;
  return push(sink, view(data)) == SLUICE_CANCELLED ? SLUICE_CANCELLED : SLUICE_OK;
}

sluice_status end(void* decoder, sluice_sink*, sluice_error* err) {
  if (static_cast<Answer*>(decoder)->finished) return SLUICE_OK;
  std::strcpy(err->message, "the answer was cut off");
  return SLUICE_UNAVAILABLE;
}

void closeAnswer(void* decoder) { delete static_cast<Answer*>(decoder); }

constexpr sluice_codec kCodec{sizeof(sluice_codec), 0, encode, openAnswer, frame, end, closeAnswer};

// --- direct: one thread an instance, which pushes to every operation in turn ---

struct Operation {
  sluice_sink* sink;
  long count;
  long next = 0;
  std::atomic<bool> paused{false}, cancelled{false};
};

class Ticker {
 public:
  explicit Ticker(std::chrono::milliseconds every) : every_(every), thread_([this] { run(); }) {}
  ~Ticker() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }
  void add(Operation* operation) {
    const std::lock_guard lock(mutex_);
    operations_.push_back(operation);
    changed_.notify_all();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!over_) {
      if (operations_.empty()) {
        changed_.wait(lock);
        continue;
      }
      std::vector<Operation*> going;
      going.swap(operations_);
      lock.unlock();
      std::erase_if(going, [](Operation* operation) { return !step(*operation); });
      std::this_thread::sleep_for(every_);
      lock.lock();
      operations_.insert(operations_.end(), going.begin(), going.end());
    }
  }

  // False: it has finished, and may be gone.
  static bool step(Operation& operation) {
    sluice_sink* const sink = operation.sink;
    if (operation.cancelled) return finish(sink, SLUICE_CANCELLED);
    if (operation.paused) return true;
    if (operation.next == operation.count) {
      pushEnd(sink);
      sink->finish(sink, nullptr);
      return false;
    }
    operation.paused = true;  // before the push: resume() may come during it
    const sluice_status answer = push(sink, std::to_string(operation.next++));
    if (answer == SLUICE_CANCELLED) return finish(sink, SLUICE_CANCELLED);
    if (answer != SLUICE_PAUSE) operation.paused = false;
    return true;
  }
  static bool finish(sluice_sink* sink, sluice_status code) {
    sluice_error error{};
    error.struct_size = sizeof error;
    error.code = code;
    sink->finish(sink, &error);
    return false;
  }

  const std::chrono::milliseconds every_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Operation*> operations_;
  bool over_ = false;
  std::thread thread_;
};

struct Instance {
  sluice_instance face;
  const sluice_host* host;
  std::unique_ptr<Ticker> ticker;  // of a direct one
  std::atomic<bool> retired{false};
};

Instance& of(const sluice_instance* self) { return *static_cast<Instance*>(self->plugin_data); }

sluice_status start(const sluice_instance* self, const sluice_request* req, sluice_sink* sink,
                    void** call, sluice_error*) {
  if (of(self).retired) say(of(self).host, "started after it was retired");
  auto* operation = new Operation{sink, std::atol(std::string(view(req->model)).c_str())};
  *call = operation;
  of(self).ticker->add(operation);
  return SLUICE_OK;
}
void resume(void* call) { static_cast<Operation*>(call)->paused = false; }
void cancel(void* call) { static_cast<Operation*>(call)->cancelled = true; }
void release(void* call) { delete static_cast<Operation*>(call); }

constexpr sluice_direct kDirect{sizeof(sluice_direct), 0, start, resume, cancel, release};

// --- instances and the library ---

const void* codecOnly(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_CODEC) == 0 ? &kCodec : nullptr;
}
const void* directOnly(const sluice_instance*, const char* id) {
  return std::strcmp(id, SLUICE_EXT_DIRECT) == 0 ? &kDirect : nullptr;
}
void retire(const sluice_instance* self) {
  of(self).retired = true;
  say(of(self).host, "retired");
}
void destroy(const sluice_instance* self) {
  Instance* const instance = &of(self);
  const sluice_host* const host = instance->host;
  instance->ticker.reset();
  delete instance;
  say(host, "destroyed");
}

template <auto Extension, bool Ticks>
const sluice_instance* create(const sluice_component*, const sluice_host* host, sluice_str,
                              sluice_str config, sluice_error*) {
  const std::string settings(view(config));
  const std::size_t at = settings.find("\"every_ms\":");
  const long every = at == std::string::npos ? 1 : std::atol(settings.c_str() + at + 11);
  auto* made = new Instance{};
  made->face = {sizeof(sluice_instance), 0, made, Extension, retire, destroy};
  made->host = host;
  if (Ticks) made->ticker = std::make_unique<Ticker>(std::chrono::milliseconds(every));
  say(host, "created");
  return &made->face;
}

sluice_status init(const sluice_host* host, const char* path, sluice_error*) {
  g_libraryHost = host;
  say(host, std::string("from ") + path);
  return SLUICE_OK;
}
void deinit() { say(g_libraryHost, "ended"); }

constexpr char kSchema[] = R"({"type": "object", "properties": {"every_ms": {"type": "integer"}}})";
constexpr sluice_component kComponents[] = {
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.swapped", "decodes", kSchema,
     nullptr, nullptr, create<codecOnly, false>},
    {sizeof(sluice_component), SLUICE_KIND_PROVIDER, "org.example.ticking", "pushes", kSchema,
     nullptr, nullptr, create<directOnly, true>},
};
constexpr const sluice_component* kList[] = {&kComponents[0], &kComponents[1]};
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
constexpr sluice_library kLibrary{sizeof(sluice_library),
                                  SLUICE_ABI_VERSION,
                                  SLUICE_LIB_MAY_UNLOAD,
                                  2,
                                  "example",
                                  TEXT(VERSION) ".0.0",
                                  "Apache-2.0",
                                  kList,
                                  init,
                                  deinit};

}  // namespace

extern "C" const sluice_library* sluice_plugin_entry(std::uint32_t) { return &kLibrary; }
