// HttpOut: the host object that a codec's encode() writes its HTTP request to. Checks what must not
// reach an upstream, and puts the key in.
// Threads: one encode() at a time; lives on its stack.
#pragma once

#include <sluice/plugin.h>

#include <optional>
#include <string_view>

#include "plugins/instance.hpp"

namespace sluice::plugins {

class HttpOut {
 public:
  // All of these must outlive it. `requestBody`: given back unchanged it is not copied.
  HttpOut(std::string_view label, std::string_view requestBody, std::string_view key,
          Encoded& into) noexcept;
  HttpOut(const HttpOut&) = delete;
  HttpOut& operator=(const HttpOut&) = delete;

  sluice_http_out* get() noexcept { return &table_; }
  // After encode(): what was wrong with what it wrote, the first fault first.
  std::optional<Fault> finish();

 private:
  static HttpOut& of(sluice_http_out* out) noexcept {
    return *static_cast<HttpOut*>(out->host_data);
  }
  void start(std::string_view method, std::string_view path);
  void header(std::string_view name, std::string_view value, std::string_view secret);
  void secretHeader(std::string_view name, std::string_view prefix, std::string_view secret);
  void body(std::string_view bytes);
  void sign(std::string_view scheme, std::string_view params);
  void dropped(std::uint32_t weight, std::string_view field);
  void fail(std::string_view what, std::string_view shown = {});

  sluice_http_out table_;
  std::string_view label_, requestBody_, key_;
  Encoded& into_;
  bool started_ = false;
  bool secret_ = false;  // a header with the key was asked for
  bool signed_ = false;
  std::optional<Fault> fault_;
};

}  // namespace sluice::plugins
