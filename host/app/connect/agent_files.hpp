// The files of the clients that have some: what goes into each.
// Threads: pure functions.
#pragma once

#include <vector>

#include "app/connect/document.hpp"

namespace sluice::app {

std::vector<Document> opencodeFiles(const Offer& offer);
std::vector<Document> codexFiles(const Offer& offer);
std::vector<Document> claudeCodeFiles(const Offer& offer);
std::vector<Document> claudeCodeVariables(const Offer& offer);  // the same, for a shell
std::vector<Document> aiderFiles(const Offer& offer);
std::vector<Document> libreChatFiles(const Offer& offer);
std::vector<Document> continueFiles(const Offer& offer);

}  // namespace sluice::app
