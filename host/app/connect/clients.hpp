// The clients that `sluice connect` knows, as a table.
// Threads: constant.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "app/connect/document.hpp"

namespace sluice::app {

struct Client {
  std::string_view name;
  std::string_view also = {};   // another name that it goes by
  std::string_view about = {};  // for the list
  Form form = Form::words;      // of `text`
  // What is printed: a template, or, where that is empty, what `print` makes, or else the files.
  std::string_view text = {};
  std::vector<Document> (*print)(const Offer&) = nullptr;
  std::vector<Document> (*files)(const Offer&) = nullptr;  // null: none that could be written
  bool typed = false;                                      // the key is typed into it
  std::string_view keyPlace = {};    // where the key's variable is set; empty: in the environment
  std::string_view then = {};        // what to do next
  std::string_view thenIfKept = {};  // the same where the file chooses another model, and keeps it
};

std::span<const Client> clients();
const Client* findClient(std::string_view name);  // by either name; null: none

std::vector<Document> printedFor(const Client& client, const Offer& offer);

}  // namespace sluice::app
