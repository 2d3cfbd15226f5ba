// Every route of the gateway, in one table.
// Threads: a router belongs to one loop.
#pragma once

#include "http/router.hpp"

namespace sluice::app {

class LoopUnit;
struct Shared;

// Both must outlive it.
http::Router makeRouter(LoopUnit& unit, Shared& shared);

}  // namespace sluice::app
