#include "bench.hpp"

#include <dlfcn.h>

#include <array>
#include <filesystem>
#include <utility>

#include "settings.hpp"

namespace sluice::check {

void fail(std::string did, std::string expected, std::string came, std::string fix) {
  throw Failure{std::move(did), std::move(expected), std::move(came), std::move(fix), {}};
}

std::string_view view(sluice_str text) {
  return text.ptr != nullptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

std::string shown(std::string_view text, std::size_t most) {
  static constexpr char kHex[] = "0123456789abcdef";
  const bool good = isUtf8(text);
  std::string out = "\"";
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && (good || byte < 0x80)) out += c;
    else if (c == '\n') out += "\\n";
    else if (c == '\r') out += "\\r";
    else out += std::string("\\x") + kHex[byte >> 4] + kHex[byte & 15];
  }
  while (!isUtf8(out)) out.pop_back();  // a sequence that was cut
  out += "\"";
  if (text.size() > most) out += "... (" + std::to_string(text.size()) + " bytes)";
  return out;
}

bool isUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() - at < length) return false;
    for (std::size_t i = 1; i < length; ++i)
      if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return false;
    const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return false;
    at += length;
  }
  return true;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLUICE_CHECK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_CHECK_SANITIZED 1
#endif
#endif
#ifdef SLUICE_CHECK_SANITIZED
bool isSanitized() { return true; }
#else
bool isSanitized() { return false; }
#endif
int slowness() { return isSanitized() ? 5 : 1; }

void* openFile(const std::string& file) {
  // Without a slash it would be looked for in the system's directories.
  const std::string path = std::filesystem::absolute(file).string();
  void* const handle =
      guarded("dlopen()", [&] { return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); });
  if (handle == nullptr) {
    const char* const why = dlerror();
    throw Skip{std::string("the library cannot be opened: ") + (why != nullptr ? why : "unknown")};
  }
  return handle;
}

Entry entryOf(void* handle) {
  const auto entry = reinterpret_cast<Entry>(dlsym(handle, "sluice_plugin_entry"));
  if (entry == nullptr) throw Skip{"the library has no sluice_plugin_entry: see library.exports"};
  return entry;
}

Library::Library(const std::string& file) : file_(std::filesystem::absolute(file).string()) {
  handle_ = openFile(file);
  const Entry entry = entryOf(handle_);
  table_ = guarded("sluice_plugin_entry", [&] { return entry(SLUICE_ABI_VERSION); });
  const auto unusable = [] { throw Skip{"the library cannot be used: see library.descriptor"}; };
  if (table_ == nullptr || !SLUICE_HAS(sluice_library, table_, components) ||
      table_->abi_version != SLUICE_ABI_VERSION || table_->components == nullptr ||
      table_->n_components > 1000)
    unusable();
  if (components().empty()) unusable();
}

std::vector<const sluice_component*> Library::components() const {
  std::vector<const sluice_component*> out;
  for (std::uint32_t i = 0; i < table_->n_components; ++i) {
    const sluice_component* component = table_->components[i];
    const bool good = component != nullptr && SLUICE_HAS(sluice_component, component, create) &&
                      component->id != nullptr && component->create != nullptr;
    if (good) out.push_back(component);
  }
  return out;
}

void Library::initialise(Host& host, bool errorsAreChecked) {
  if (!SLUICE_HAS(sluice_library, table_, init) || table_->init == nullptr) return;
  sluice_error error = testing::emptyError();
  const sluice_status status = guarded(
      "sluice_library.init", [&] { return table_->init(host.table(), file_.c_str(), &error); });
  if (status == SLUICE_OK) return;
  if (const std::string fault = faultOfError(status, error); errorsAreChecked && !fault.empty())
    fail("called init()", "a failure fills *err", fault, "fill code and message before you return");
  error.message[sizeof error.message - 1] = '\0';
  throw Skip{"init() fails: " + std::string(error.message)};
}

void Library::deinitialise() {
  if (!SLUICE_HAS(sluice_library, table_, deinit) || table_->deinit == nullptr) return;
  guarded("sluice_library.deinit", [&] {
    table_->deinit();
    return 0;
  });
}

void Library::close() { dlclose(handle_); }

Instance::Instance(const sluice_component& component, const Host& host, std::string_view settings)
    : error_(testing::emptyError()) {
  instance_ = guarded("sluice_component.create", [&] {
    return component.create(&component, host.table(), testing::str("check"), testing::str(settings),
                            &error_);
  });
}
Instance::Instance(Instance&& other) noexcept
    : instance_(std::exchange(other.instance_, nullptr)), error_(other.error_) {}

Instance::~Instance() {
  if (instance_ == nullptr) return;
  note::calling("sluice_instance.retire");
  if (SLUICE_HAS(sluice_instance, instance_, retire) && instance_->retire != nullptr)
    instance_->retire(instance_);
  note::calling("sluice_instance.destroy");
  instance_->destroy(instance_);
  note::calling("");
}

std::optional<std::string> Bench::settingsFor(const sluice_component& of,
                                              const std::string& secret) const {
  const auto given = options.settings.find(of.id);
  if (given != options.settings.end())
    return secret.empty() ? given->second : withSecret(of.config_schema, given->second, secret);
  return sampleSettings(of.config_schema, secret);
}

std::string faultOfError(sluice_status status, const sluice_error& error) {
  if (error.code != status)
    return "it returned " + testing::nameOf(status) + " but filled the code " +
           testing::nameOf(error.code);
  struct Field {
    const char* name;
    const char* text;
    std::size_t room;
  };
  const std::array<Field, 4> fields = {{{"message", error.message, sizeof error.message},
                                        {"type", error.type, sizeof error.type},
                                        {"symbol", error.symbol, sizeof error.symbol},
                                        {"param", error.param, sizeof error.param}}};
  for (const Field& field : fields) {
    const void* const end = std::memchr(field.text, '\0', field.room);
    if (end == nullptr)
      return "err->" + std::string(field.name) + " has no NUL in its " +
             std::to_string(field.room) + " bytes";
    const std::string_view text(field.text);
    if (!isUtf8(text)) return "err->" + std::string(field.name) + " is no UTF-8: " + shown(text);
  }
  if (error.message[0] == '\0') return "err->message is empty";
  if (error.retryable > 1)
    return "err->retryable is " + std::to_string(error.retryable) + ", which is neither 0 nor 1";
  return {};
}

}  // namespace sluice::check
