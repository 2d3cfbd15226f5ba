// sluice connect: the configuration of a client, printed or written.
#include <iostream>

#include "app/commands.hpp"
#include "app/configuration.hpp"
#include "app/connect/clients.hpp"
#include "app/connect/files.hpp"
#include "app/connect/offer.hpp"
#include "app/text_table.hpp"
#include "config/fault.hpp"

namespace sluice::app {

namespace {

int failed(const std::string& message, int code) {
  std::cerr << "sluice: " << message << '\n';
  return code;
}

int list() {
  TextTable table;
  table.add({"client", "what it is given"});
  for (const Client& client : clients()) {
    table.add({std::string(client.name), std::string(client.about)});
  }
  std::cout << table.text();
  return 0;
}

int unknown(const std::string& name) {
  std::vector<std::string_view> known;
  for (const Client& client : clients()) {
    known.push_back(client.name);
    if (!client.also.empty()) known.push_back(client.also);
  }
  return failed("there is no client '" + name + "'" + config::didYouMean(name, known) +
                    "\nsluice connect lists the clients",
                kUsage);
}

void tellWhatIsNext(const Client& client, const Offer& offer, bool kept) {
  for (const std::string& notice : offer.notices) std::cerr << "notice: " << notice << '\n';
  if (offer.needsKey && client.typed) {
    std::cerr << "key: type one of the gateway's keys, such as " << offer.keyVariable << " has\n";
  } else if (offer.needsKey) {
    std::cerr << "key: set " << offer.keyVariable << " to one of the gateway's keys";
    if (!client.keyPlace.empty()) std::cerr << " in " << client.keyPlace;
    std::cerr << '\n';
  }
  const bool instead = kept && !client.thenIfKept.empty();
  const std::string_view then = instead ? client.thenIfKept : client.then;
  if (!then.empty()) std::cerr << "then: " << filled(Form::shell, then, offer) << '\n';
}

// One text as it is, so that it can be passed on; several below their files' names.
void print(const std::vector<Document>& documents) {
  for (const Document& document : documents) {
    if (documents.size() > 1) {
      std::cout << (&document == &documents.front() ? "" : "\n") << "==> "
                << shownPlace(document.place) << " <==\n";
    }
    std::cout << document.text;
  }
  std::cout << std::flush;
}

int show(const Client& client, const Offer& offer) {
  print(printedFor(client, offer));
  if (client.files != nullptr) {
    for (const Document& document : client.files(offer)) {
      std::cerr << "file: " << shownPlace(document.place) << "; sluice connect " << client.name
                << " --write puts this into it\n";
    }
  }
  tellWhatIsNext(client, offer, false);
  return 0;
}

void tellWhatStays(const Change& change) {
  for (const std::string& name : change.merged.kept) {
    std::cerr << "notice: " << change.shown << ": " << name << " stays as it was\n";
  }
  for (const std::string& name : change.merged.replaced) {
    std::cerr << "notice: " << change.shown << ": " << name << " was another\n";
  }
  for (const std::string& name : change.merged.rivals) {
    std::cerr << "notice: " << change.shown << ": " << name << " is used instead of ours\n";
  }
}

// All of them can be changed, or none is.
int write(const Client& client, const Offer& offer) {
  std::vector<Change> changes;
  for (const Document& document : client.files(offer)) {
    auto change = changeFor(document);
    if (!change) {
      std::cerr << "sluice: " << change.error().message
                << "\nnothing was changed; this has to go into it:\n";
      std::cout << document.text << std::flush;
      return 1;
    }
    changes.push_back(*std::move(change));
  }
  for (const Change& change : changes) {
    if (!change.needed) {
      std::cout << "unchanged: " << change.shown << '\n';
      continue;
    }
    const auto copy = apply(change);
    if (!copy) return failed(copy.error().message, 1);
    std::cout << "wrote " << change.shown;
    if (!copy->empty()) std::cout << "; what was there is in " << *copy;
    std::cout << '\n';
  }
  std::cout << std::flush;
  bool kept = false;
  for (const Change& change : changes) {
    tellWhatStays(change);
    kept = kept || !change.merged.kept.empty();
  }
  tellWhatIsNext(client, offer, kept);
  return 0;
}

}  // namespace

int connectClient(const Options& options) {
  const Options::Connect& wanted = options.connect;
  if (wanted.client.empty()) {
    return wanted.write ? failed("--write needs a client", kUsage) : list();
  }
  const Client* const client = findClient(wanted.client);
  if (client == nullptr) return unknown(wanted.client);
  if (wanted.write && client->files == nullptr) {
    return failed("there is no file of " + std::string(client->name) +
                      "'s to write; without --write its settings are printed",
                  kUsage);
  }
  health::Lanes lanes;
  const Built built = buildToLookAt(options, lanes);
  for (const std::string& fault : built.faults) std::cerr << fault << '\n';
  for (const std::string& problem : built.problems) std::cerr << "error: " << problem << '\n';
  if (!built.generation) return 1;
  const auto offer = offerOf(*built.generation, wanted);
  if (!offer) return failed(offer.error().message, kUsage);
  return wanted.write ? write(*client, *offer) : show(*client, *offer);
}

}  // namespace sluice::app
