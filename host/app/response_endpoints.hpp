// The routes of the Responses API.
// Threads: one loop.
#pragma once

#include "http/router.hpp"

namespace sluice::app {

class LoopUnit;
struct Shared;

// Adds POST /responses, and GET, DELETE and POST below it. All must outlive the router.
void addResponseRoutes(http::Router& router, LoopUnit& unit, Shared& shared);

}  // namespace sluice::app
