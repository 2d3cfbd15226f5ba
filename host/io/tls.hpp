// TLS by OpenSSL, driven non-blocking on a Descriptor. Tls does single attempts and never waits;
// Connection (socket.hpp) does the waiting. Threads: the loop's; one TlsContext a loop.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/status.hpp"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;
using SSL_SESSION = struct ssl_session_st;

namespace sluice::io {

class TlsContext {
 public:
  // Trusts the certificates in `caPem`; the system's if it is empty. Always verifies, TLS 1.2 and
  // up; offers http/1.1 by ALPN.
  static TlsContext client(std::string_view caPem);
  // `certPem` may hold the chain, leaf first.
  static TlsContext server(std::string_view certPem, std::string_view keyPem);

 private:
  friend class Tls;
  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept;
  };
  struct FreeSession {
    void operator()(SSL_SESSION* session) const noexcept;
  };
  using Sessions = std::unordered_map<std::string, std::unique_ptr<SSL_SESSION, FreeSession>>;
  explicit TlsContext(bool isServer);

  std::unique_ptr<SSL_CTX, FreeContext> context_;
  // The newest session of each peer, used once; on the heap, for connections point to it.
  std::unique_ptr<Sessions> sessions_ = std::make_unique<Sessions>();
};

class Tls {
 public:
  // `host` is the name or address to verify; empty on a server. `peer` names the session to resume.
  // Context and descriptor must outlive this.
  Tls(TlsContext& context, Descriptor& descriptor, const std::string& host, std::string peer);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  Status handshake();
  Transfer read(std::span<char> into);
  Transfer write(std::string_view head, std::string_view body);
  void close() noexcept;  // sends close_notify if it can be sent at once

  bool resumed() const noexcept;
  std::string reason() const;  // why the handshake failed, for operators

  // What to wait for after `again`: TLS may have to write in order to read, and the other way
  // round.
  Slot* wanted;

 private:
  friend class TlsContext;
  Status failure(int result);
  static int rememberSession(SSL* ssl, SSL_SESSION* session);
  struct FreeSsl {
    void operator()(SSL* ssl) const noexcept;
  };
  TlsContext::Sessions& sessions_;
  Descriptor& descriptor_;
  std::string peer_;
  std::string error_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace sluice::io
