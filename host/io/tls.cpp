#include "io/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sluice::io {

namespace {

constexpr std::size_t kRecord = 16'384;

// A BIO of our own: send() without SIGPIPE, and the slots learn what would block.
int bioWrite(BIO* bio, const char* data, int size) {
  auto& descriptor = *static_cast<Descriptor*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(descriptor.fd(), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
    if (errno == EAGAIN) descriptor.writable.ready = false;
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

int bioRead(BIO* bio, char* into, int size) {
  auto& descriptor = *static_cast<Descriptor*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(descriptor.fd(), into, static_cast<std::size_t>(size), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    if (errno == EAGAIN) descriptor.readable.ready = false;
    BIO_set_retry_read(bio);
  }
  if (got > 0 && got < size && !descriptor.hungUp) descriptor.readable.ready = false;
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(got);
}

long bioControl(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int bioCreate(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* bioMethod() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "descriptor");
    BIO_meth_set_write(made, bioWrite);
    BIO_meth_set_read(made, bioRead);
    BIO_meth_set_ctrl(made, bioControl);
    BIO_meth_set_create(made, bioCreate);
    return made;
  }();
  return method;
}

std::string opensslError() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  if (code == 0) return "no detail";
  if (const char* const reason = ERR_reason_error_string(code)) return reason;
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + opensslError());
}

std::unique_ptr<BIO, int (*)(BIO*)> pemSource(std::string_view pem) {
  return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
}

bool isAddress(const std::string& host) {
  in6_addr scratch{};
  return ::inet_pton(AF_INET, host.c_str(), &scratch) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

}  // namespace

void TlsContext::FreeContext::operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
void TlsContext::FreeSession::operator()(SSL_SESSION* s) const noexcept { SSL_SESSION_free(s); }
void Tls::FreeSsl::operator()(SSL* ssl) const noexcept { SSL_free(ssl); }

TlsContext::TlsContext(bool isServer)
    : context_(SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())) {
  require(context_ != nullptr, "TLS context");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                       SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_read_ahead(context_.get(), 1);
}

TlsContext TlsContext::client(std::string_view caPem) {
  TlsContext made(false);
  SSL_CTX* context = made.context_.get();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, Tls::rememberSession);
  static constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  require(SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols) == 0, "ALPN");
  if (caPem.empty()) {
    require(SSL_CTX_set_default_verify_paths(context) == 1, "system certificates");
    return made;
  }
  const auto source = pemSource(caPem);
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate);
    X509_free(certificate);
    ++count;
  }
  require(count > 0, "CA certificates");
  ERR_clear_error();  // the end of a PEM file is reported as an error
  return made;
}

TlsContext TlsContext::server(std::string_view certPem, std::string_view keyPem) {
  TlsContext made(true);
  SSL_CTX* context = made.context_.get();
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("sluice"), 6);
  const auto certificates = pemSource(certPem);
  bool leaf = true;
  while (X509* certificate = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)) {
    if (leaf) {
      const int used = SSL_CTX_use_certificate(context, certificate);
      X509_free(certificate);
      require(used == 1, "server certificate");
    } else {
      SSL_CTX_add0_chain_cert(context, certificate);
    }
    leaf = false;
  }
  require(!leaf, "server certificate");
  const auto source = pemSource(keyPem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(source.get(), nullptr, nullptr, nullptr);
  require(key != nullptr, "server key");
  const int used = SSL_CTX_use_PrivateKey(context, key);
  EVP_PKEY_free(key);
  require(used == 1 && SSL_CTX_check_private_key(context) == 1, "server key");
  ERR_clear_error();
  return made;
}

Tls::Tls(TlsContext& context, Descriptor& descriptor, const std::string& host, std::string peer)
    : wanted(&descriptor.readable),
      sessions_(*context.sessions_),
      descriptor_(descriptor),
      peer_(std::move(peer)),
      ssl_(SSL_new(context.context_.get())) {
  require(ssl_ != nullptr, "TLS connection");
  BIO* bio = BIO_new(bioMethod());
  require(bio != nullptr, "TLS connection");
  BIO_set_data(bio, &descriptor_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  if (SSL_is_server(ssl_.get())) {
    SSL_set_accept_state(ssl_.get());
    return;
  }
  SSL_set_connect_state(ssl_.get());
  if (isAddress(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
  } else {
    require(SSL_set1_host(ssl_.get(), host.c_str()) == 1, "host name");
    require(SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1, "host name");
  }
  const auto known = sessions_.find(peer_);
  if (known != sessions_.end()) {
    SSL_set_session(ssl_.get(), known->second.get());
    sessions_.erase(known);  // a TLS 1.3 ticket is for one use; the peer sends new ones
  }
}

Tls::~Tls() = default;

// The callback keeps the reference that it is given.
int Tls::rememberSession(SSL* ssl, SSL_SESSION* session) {
  auto& self = *static_cast<Tls*>(SSL_get_app_data(ssl));
  self.sessions_[self.peer_].reset(session);
  return 1;
}

Status Tls::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Status::ok;
  const Status status = failure(result);
  if (status == Status::again) return status;
  const long verified = SSL_get_verify_result(ssl_.get());
  error_ = verified != X509_V_OK ? X509_verify_cert_error_string(verified) : opensslError();
  return status == Status::eof ? Status::reset : status;
}

Transfer Tls::read(std::span<char> into) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
  if (result != 1) return {failure(result), 0};
  // What OpenSSL has read ahead shows in no descriptor: say that reading may go on.
  if (SSL_has_pending(ssl_.get())) descriptor_.readable.ready = true;
  return {Status::ok, got};
}

Transfer Tls::write(std::string_view head, std::string_view body) {
  // Small pieces share a record. A retry must offer the same bytes again: it does, for what is
  // staged depends on nothing but what is left.
  std::array<char, kRecord> staged;
  std::size_t total = 0;
  while (!head.empty() || !body.empty()) {
    std::string_view piece = head.empty() ? body : head;
    if (!head.empty() && !body.empty() && head.size() < kRecord) {
      const std::size_t more = std::min(body.size(), kRecord - head.size());
      std::memcpy(staged.data(), head.data(), head.size());
      std::memcpy(staged.data() + head.size(), body.data(), more);
      piece = {staged.data(), head.size() + more};
    }
    ERR_clear_error();
    std::size_t sent = 0;
    const int result = SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &sent);
    if (result != 1) return {failure(result), total};
    total += sent;
    const std::size_t ofHead = std::min(sent, head.size());
    head.remove_prefix(ofHead);
    body.remove_prefix(sent - ofHead);
  }
  return {Status::ok, total};
}

void Tls::close() noexcept {
  if (!SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

bool Tls::resumed() const noexcept { return SSL_session_reused(ssl_.get()) == 1; }
std::string Tls::reason() const { return error_; }

Status Tls::failure(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: wanted = &descriptor_.readable; return Status::again;
    case SSL_ERROR_WANT_WRITE: wanted = &descriptor_.writable; return Status::again;
    case SSL_ERROR_ZERO_RETURN: return Status::eof;
    case SSL_ERROR_SYSCALL: return Status::reset;
    default: break;
  }
  // An end without close_notify is a truncation, not an end.
  return ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING ? Status::reset
                                                                                     : Status::tls;
}

}  // namespace sluice::io
