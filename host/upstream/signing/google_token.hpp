// GoogleTokens: access tokens for Google keys, fetched when they are needed and kept until shortly
// before they end. A token is fetched once however many wait for it; the fetch belongs to none of
// them, so that one who leaves takes nothing from the others.
// Threads: one loop; private keys sign on the workers.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/secret.hpp"
#include "io/offload.hpp"
#include "io/scope.hpp"
#include "upstream/client.hpp"
#include "upstream/exchange.hpp"
#include "upstream/proxy.hpp"
#include "upstream/signing/google_key.hpp"
#include "upstream/signing/trouble.hpp"

namespace sluice::upstream {

class GoogleTokens {
 public:
  using WallClock = std::function<std::chrono::system_clock::time_point()>;

  // All must outlive it.
  GoogleTokens(io::Loop& loop, io::WorkerPool& workers, Client& client, WallClock now);
  ~GoogleTokens();
  GoogleTokens(const GoogleTokens&) = delete;
  GoogleTokens& operator=(const GoogleTokens&) = delete;

  struct Given {
    SigningTrouble trouble;
    std::shared_ptr<const Secret> token;  // without trouble
    bool kept = false;                    // it was there before
    io::TimePoint granted;                // when it came
  };
  // `key`: the JSON text. `proxies`: by which token servers are reached. All of these must live
  // until this ends.
  io::Task<Given> get(std::string_view key, const std::vector<std::string>& scopes,
                      const ProxySettings& proxies, io::Until until);

  // The token was refused where it was shown: it is not given again.
  void forget(const Secret& token);

 private:
  struct Entry;
  class Answer;
  struct Said;

  std::shared_ptr<Entry> find(std::string_view key, const std::vector<std::string>& scopes,
                              const ProxySettings& proxies, SigningTrouble& trouble);
  void makeRoom();
  void start(const std::shared_ptr<Entry>& entry);
  static io::Task<void> fetch(GoogleTokens& self, std::shared_ptr<Entry> entry);
  io::Task<SigningTrouble> acquire(Entry& entry, io::Until until);
  io::Task<SigningTrouble> byClaim(Entry& entry, const ServiceAccount& account, io::Until until);
  io::Task<SigningTrouble> byExchange(Entry& entry, const ExternalAccount& account,
                                      io::Until until);
  io::Task<SigningTrouble> readSubject(const ExternalAccount& account, const Entry& entry,
                                       Secret& subject, io::Until until);
  io::Task<Said> ask(const Place& place, const ProxySettings& proxies, const Request& request,
                     io::Until until);
  SigningTrouble take(Entry& entry, const Said& said);

  io::Loop& loop_;
  io::WorkerPool& workers_;
  Client& client_;
  const WallClock now_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;  // by a digest
  io::Scope fetches_;
};

}  // namespace sluice::upstream
