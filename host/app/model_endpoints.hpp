// GET /models and /model/info: what can be asked for, in the form of who asks.
// Threads: a router belongs to one loop.
#pragma once

#include "http/router.hpp"

namespace sluice::app {

class LoopUnit;

// `unit` must outlive the router.
void addModelRoutes(http::Router& router, LoopUnit& unit);

}  // namespace sluice::app
