#include "elf.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace sluice::check {

namespace {

#if __SIZEOF_POINTER__ == 8
using Header = Elf64_Ehdr;
using Section = Elf64_Shdr;
using Symbol = Elf64_Sym;
constexpr unsigned char kClass = ELFCLASS64;
#else
using Header = Elf32_Ehdr;
using Section = Elf32_Shdr;
using Symbol = Elf32_Sym;
constexpr unsigned char kClass = ELFCLASS32;
#endif

template <class T>
T read(std::string_view bytes, std::size_t at) {
  T out;
  if (at > bytes.size() || bytes.size() - at < sizeof out)
    throw std::runtime_error("its ELF tables reach beyond its end");
  std::memcpy(&out, bytes.data() + at, sizeof out);
  return out;
}

std::string_view nameAt(std::string_view strings, std::size_t at) {
  if (at >= strings.size()) throw std::runtime_error("a symbol's name lies outside the file");
  return strings.substr(at, strings.find('\0', at) - at);
}

bool isOfLinker(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"_init",  "_fini", "__bss_start",
                                                      "_edata", "_end",  "_DYNAMIC"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool isExported(const Symbol& symbol) {
  const unsigned char binding = symbol.st_info >> 4;
  const unsigned char visibility = symbol.st_other & 3;
  return symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL && visibility != STV_HIDDEN &&
         visibility != STV_INTERNAL && symbol.st_name != 0;
}

std::string contentOf(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot be read");
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

}  // namespace

bool isGo(const std::string& file) {
  return contentOf(file).find(std::string_view("\0.note.go.buildid\0", 18)) != std::string::npos;
}

std::vector<std::string> exportsOf(const std::string& file) {
  const std::string bytes = contentOf(file);
  if (bytes.size() < sizeof(Header) || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
    throw std::runtime_error("is no ELF file");
  const auto header = read<Header>(bytes, 0);
  if (header.e_ident[EI_CLASS] != kClass || header.e_type != ET_DYN)
    throw std::runtime_error("is no shared library of this machine");
  std::vector<std::string> out;
  bool found = false;
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const auto section = read<Section>(bytes, header.e_shoff + i * header.e_shentsize);
    if (section.sh_type != SHT_DYNSYM) continue;
    found = true;
    const auto names =
        read<Section>(bytes, header.e_shoff + std::size_t{section.sh_link} * header.e_shentsize);
    if (names.sh_offset > bytes.size()) throw std::runtime_error("its symbol names are missing");
    const auto strings = std::string_view(bytes).substr(names.sh_offset, names.sh_size);
    for (std::size_t at = 0; at + sizeof(Symbol) <= section.sh_size; at += sizeof(Symbol)) {
      const auto symbol = read<Symbol>(bytes, section.sh_offset + at);
      if (!isExported(symbol)) continue;
      const std::string_view name = nameAt(strings, symbol.st_name);
      if (!isOfLinker(name)) out.emplace_back(name);
    }
  }
  if (!found) throw std::runtime_error("has no section headers: strip it with --strip-all at most");
  std::ranges::sort(out);
  return out;
}

}  // namespace sluice::check
