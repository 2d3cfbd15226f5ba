#include "lent.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>
#include <string>

#include "note.hpp"

namespace sluice::check {

namespace {

struct Place {
  const char* what;
  char* begin;        // of its pages
  std::size_t pages;  // bytes that can be used, without the guard
  char* data;
  std::size_t size;
  bool gone;
};

constexpr std::size_t kMostPlaces = 1 << 16;
std::array<Place, kMostPlaces>& places() {
  static auto* const all = new std::array<Place, kMostPlaces>();
  return *all;
}
std::atomic<std::size_t> used{0};
struct sigaction before;

void append(char*& to, const char* end, const char* text) {
  while (*text != '\0' && to + 1 < end) *to++ = *text++;
  *to = '\0';
}

void appendNumber(char*& to, const char* end, std::size_t number) {
  char digits[24];
  std::size_t at = sizeof digits - 1;
  digits[at] = '\0';
  do digits[--at] = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  append(to, end, digits + at);
}

// Nothing here allocates: it may run anywhere.
void onFault(int signal, siginfo_t* info, void* /*context*/) {
  const char* const at = static_cast<const char*>(info->si_addr);
  const std::size_t guard = static_cast<std::size_t>(4096);
  for (std::size_t i = std::min(used.load(), kMostPlaces); i-- > 0;) {
    const Place& place = places()[i];
    if (at < place.begin || at >= place.begin + place.pages + guard) continue;
    NotePage& page = note::page();
    char* to = page.memory;
    const char* const end = page.memory + sizeof page.memory;
    append(to, end, place.what);
    if (at >= place.data + place.size) {
      append(to, end, " was read or written ");
      appendNumber(to, end, static_cast<std::size_t>(at - (place.data + place.size)));
      append(to, end, " bytes behind its end");
    } else {
      append(to, end, place.gone ? " was used after it had been taken back" : " was written to");
    }
    break;
  }
  sigaction(signal, &before, nullptr);  // the same fault again, and its usual end
}

}  // namespace

void Lent::nameFaults() {
  places();
  note::page();
  struct sigaction action = {};
  action.sa_sigaction = onFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, &before);
}

void* Lent::room(const char* what, std::size_t size) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t pages = std::max<std::size_t>(1, (size + page - 1) / page) * page;
  const std::size_t index = used.fetch_add(1);
  if (index >= kMostPlaces) throw std::runtime_error("too much was lent in one check");
  void* const at =
      mmap(nullptr, pages + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::runtime_error("there is no memory to lend");
  auto* const begin = static_cast<char*>(at);
  mprotect(begin + pages, page, PROT_NONE);
  places()[index] = {what, begin, pages, begin + pages - size, size, false};
  places_.push_back(index);
  return places()[index].data;
}

sluice_str Lent::text(const char* what, std::string_view from) {
  auto* const to = static_cast<char*>(room(what, from.size()));
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
  return {to, from.size()};
}

void Lent::takeBack() {
  for (const std::size_t index : places_) {
    Place& place = places()[index];
    place.gone = true;
    mprotect(place.begin, place.pages, PROT_NONE);
    madvise(place.begin, place.pages, MADV_DONTNEED);
  }
  places_.clear();
}

}  // namespace sluice::check
