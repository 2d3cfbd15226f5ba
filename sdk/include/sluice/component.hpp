// sluice/component.hpp: makes the C tables of a component from a C++ class.
// Threads: the tables are constant; objects are made and destroyed on the host's control thread.
#pragma once

#include <array>
#include <memory>
#include <sluice/codec.hpp>
#include <sluice/core.hpp>
#include <sluice/direct.hpp>
#include <sluice/settings.hpp>
#include <sluice/source.hpp>
#include <sluice/strategy.hpp>
#include <type_traits>

namespace sluice {

namespace detail {

// Optional static members of a component's class, each with what holds without it.
template <class Object, class = void>
struct ConfigSchema {
  static constexpr const char* value = nullptr;
};
template <class Object>
struct ConfigSchema<Object, std::void_t<decltype(Object::config_schema)>> {
  static constexpr const char* value = Object::config_schema;
};

template <class Object, class = void>
struct KindOf {
  static constexpr std::uint32_t value =
      std::is_base_of_v<Strategy, Object>        ? SLUICE_KIND_STRATEGY
      : std::is_base_of_v<ContextSource, Object> ? SLUICE_KIND_CONTEXT
      : std::is_base_of_v<SearchSource, Object>  ? SLUICE_KIND_SEARCH
                                                 : SLUICE_KIND_PROVIDER;
};
template <class Object>
struct KindOf<Object, std::void_t<decltype(Object::kind)>> {
  static constexpr std::uint32_t value = Object::kind;
};

template <class Object, class = void>
struct MayUnload : std::false_type {};
template <class Object>
struct MayUnload<Object, std::enable_if_t<Object::may_unload>> : std::true_type {};

// A NULL-terminated copy of an array of names.
template <std::size_t N>
constexpr std::array<const char*, N + 1> terminated(const char* const (&names)[N]) {
  std::array<const char*, N + 1> list{};
  for (std::size_t i = 0; i < N; ++i) list[i] = names[i];
  return list;
}

template <class Object, class = void>
struct Dialects {
  static constexpr const char* const* value = nullptr;
};
template <class Object>
struct Dialects<Object, std::void_t<decltype(Object::dialects)>> {
  static constexpr auto list = terminated(Object::dialects);
  static constexpr const char* const* value = list.data();
};

template <class Object, class = void>
struct RequiresExt {
  static constexpr const char* const* value = nullptr;
};
template <class Object>
struct RequiresExt<Object, std::void_t<decltype(Object::requires_ext)>> {
  static constexpr auto list = terminated(Object::requires_ext);
  static constexpr const char* const* value = list.data();
};

inline bool sameId(const char* a, const char* b) noexcept { return std::strcmp(a, b) == 0; }

}  // namespace detail

// The C tables of a component whose class is Object. Object derives from one or more of Codec,
// Direct, Generator, Worker, ContextSource, SearchSource, Strategy and Memory, and is constructed
// from a const Setup& or from nothing. Its static members describe it:
//   id, description              const char*, required
//   config_schema                const char*: JSON Schema of its config; without it any is taken
//   kind                         SLUICE_KIND_*; without it as its base is: strategy for a Strategy,
//                                context for a ContextSource, search for a SearchSource, else
//                                provider
//   dialects, requires_ext       arrays of const char*; see sluice_component
//   blocking                     bool; see Generator
//   may_unload                   bool: no thread, thread-local or handler of it outlives its
//                                last object, so that the library may be closed
template <class Object>
class Component {
  struct Made : sluice_instance {
    Object object;
    template <class... Args>
    explicit Made(const Args&... args) : sluice_instance{}, object(args...) {
      struct_size = sizeof(sluice_instance);
      plugin_data = &object;
      get_extension = extension;
      sluice_instance::destroy = Component::destroy;
    }
  };
  static const sluice_instance* create(const sluice_component* /*self*/, const sluice_host* host,
                                       sluice_str name, sluice_str config,
                                       sluice_error* err) noexcept {
    const sluice_instance* made = nullptr;
    detail::guard(err, [&] {
      if constexpr (std::is_constructible_v<Object, const Setup&>)
        made = std::make_unique<Made>(Setup{Host(host), view(name), view(config)}).release();
      else made = std::make_unique<Made>().release();
    });
    return made;
  }
  static const void* extension(const sluice_instance* /*self*/, const char* id) noexcept {
    using detail::sameId;
    if constexpr (std::is_base_of_v<Codec, Object>)
      if (sameId(id, SLUICE_EXT_CODEC)) return &detail::CodecTable<Object>::table;
    if constexpr (std::is_base_of_v<Direct, Object> || std::is_base_of_v<Generator, Object>)
      if (sameId(id, SLUICE_EXT_DIRECT)) return &detail::DirectTable<Object>::table;
    if constexpr (std::is_base_of_v<Strategy, Object>)
      if (sameId(id, SLUICE_EXT_STRATEGY)) return &detail::StrategyTable<Object>::table;
    if constexpr (std::is_base_of_v<Memory, Object>)
      if (sameId(id, SLUICE_EXT_MEMORY)) return &detail::MemoryTable<Object>::table;
    return nullptr;
  }
  static void destroy(const sluice_instance* self) noexcept {
    delete static_cast<const Made*>(self);
  }

 public:
  static constexpr sluice_component table{sizeof(sluice_component),
                                          detail::KindOf<Object>::value,
                                          Object::id,
                                          Object::description,
                                          detail::ConfigSchema<Object>::value,
                                          detail::RequiresExt<Object>::value,
                                          detail::Dialects<Object>::value,
                                          create};
  static constexpr bool mayUnload = detail::MayUnload<Object>::value;
};

// The same, for a component that is one thing: the compiler says so if it is another.
template <class Object>
struct CodecComponent : Component<Object> {
  static_assert(std::is_base_of_v<Codec, Object>, "a codec derives from sluice::Codec");
};
template <class Object>
struct DirectComponent : Component<Object> {
  static_assert(std::is_base_of_v<Direct, Object> || std::is_base_of_v<Generator, Object>,
                "a direct component derives from sluice::Generator, Worker or Direct");
};
template <class Object>
struct SourceComponent : Component<Object> {
  static_assert(std::is_base_of_v<ItemSource, Object>,
                "a source derives from sluice::ContextSource or sluice::SearchSource");
};
template <class Object>
struct StrategyComponent : Component<Object> {
  static_assert(std::is_base_of_v<Strategy, Object>, "a strategy derives from sluice::Strategy");
};
template <class Object>
struct MemoryComponent : Component<Object> {
  static_assert(std::is_base_of_v<Memory, Object>, "a memory derives from sluice::Memory");
};

}  // namespace sluice
