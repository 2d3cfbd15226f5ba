#include "note.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

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

NotePage& page() {
  if (current == nullptr) open(-1);
  return *current;
}

void component(std::string_view id) { copy(page().component, id); }
void calling(std::string_view function) { copy(page().calling, function); }
void during(std::string_view what) { copy(page().during, what); }
void unloaded(bool is) { page().unloaded = is ? 1 : 0; }

void result(std::string_view json) {
  copy(page().result, json);
  page().size = std::min(json.size(), sizeof page().result - 1);
}

std::string where(const NotePage& page) {
  std::string out;
  if (page.unloaded != 0) out += "in code of the library after dlclose()";
  else if (page.calling[0] != '\0') out += "in " + std::string(page.calling);
  if (page.during[0] != '\0')
    out += (out.empty() ? "while " : ", while ") + std::string(page.during);
  return out;
}

}  // namespace sluice::check::note
