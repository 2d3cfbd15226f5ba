#include "note.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "bench.hpp"

namespace sluice::check::note {

namespace {

NotePage* current = nullptr;

template <std::size_t N>
void copy(char (&to)[N], std::string_view from) {
  const std::size_t size = std::min(from.size(), N - 1);
  std::memcpy(to, from.data(), size);
  to[size] = '\0';
}

NotePage* mapped(int descriptor, int protection) {
  const int flags = descriptor < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
  void* const at = mmap(nullptr, sizeof(NotePage), protection, flags, descriptor, 0);
  if (at == MAP_FAILED) throw std::runtime_error("there is no shared memory for a check's note");
  return static_cast<NotePage*>(at);
}

}  // namespace

int create() {
  const int descriptor = memfd_create("note", 0);
  if (descriptor >= 0 && ftruncate(descriptor, sizeof(NotePage)) == 0) return descriptor;
  if (descriptor >= 0) ::close(descriptor);
  return -1;
}

void open(int descriptor) {
  if (current != nullptr) munmap(current, sizeof(NotePage));
  current = mapped(descriptor, PROT_READ | PROT_WRITE);
}

const NotePage* map(int descriptor) { return mapped(descriptor, PROT_READ); }
void unmap(const NotePage* page) { munmap(const_cast<NotePage*>(page), sizeof(NotePage)); }

std::uint64_t stepsOf(const NotePage& page) {
  return __atomic_load_n(&page.steps, __ATOMIC_RELAXED);
}

NotePage& page() {
  if (current == nullptr) open(-1);
  return *current;
}

void component(std::string_view id) { copy(page().component, id); }
void calling(std::string_view function) { copy(page().calling, function); }
void during(std::string_view what) {
  copy(page().during, what);
  __atomic_fetch_add(&page().steps, 1, __ATOMIC_RELAXED);
}
void seed(std::uint64_t of) { page().seed = of; }

void frame(std::size_t number, std::size_t of, std::string_view event, std::string_view data) {
  NotePage& to = page();
  to.frame = number;
  to.frames = of;
  to.eventSize = event.size();
  to.dataSize = data.size();
  std::memcpy(to.event, event.data(), std::min(event.size(), sizeof to.event));
  std::memcpy(to.data, data.data(), std::min(data.size(), sizeof to.data));
}
void frame() { page().frame = 0; }

void unloaded(bool is) { page().unloaded = is ? 1 : 0; }

void result(std::string_view json) {
  copy(page().result, json);
  page().size = std::min(json.size(), sizeof page().result - 1);
}

namespace {

template <std::size_t N>
std::string kept(const char (&bytes)[N], std::size_t size) {
  std::string out = shown({bytes, std::min(size, N)}, N);
  if (size > N) out += "... (" + std::to_string(size) + " bytes)";
  return out;
}

}  // namespace

std::string where(const NotePage& page) {
  std::string out;
  if (page.unloaded != 0) out += "in code of the library after dlclose()";
  else if (page.calling[0] != '\0')
    out += "in " + std::string(page.calling, strnlen(page.calling, sizeof page.calling));
  if (page.frame != 0) {
    out += (out.empty() ? "with frame " : ", with frame ") + std::to_string(page.frame) + " of " +
           std::to_string(page.frames) + ", ";
    if (page.eventSize > 0) out += "event " + kept(page.event, page.eventSize) + ", ";
    out += kept(page.data, page.dataSize);
  }
  if (page.during[0] != '\0')
    out += (out.empty() ? "while " : ", while ") +
           std::string(page.during, strnlen(page.during, sizeof page.during));
  return out;
}

}  // namespace sluice::check::note
