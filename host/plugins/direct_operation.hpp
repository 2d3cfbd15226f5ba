// One operation of a direct component: what both sides of it share.
// Threads: the plugin pushes and finishes from any thread; the DirectCall belongs to one loop.
#pragma once

#include <memory>

#include "plugins/component_instance.hpp"
#include "plugins/instance.hpp"

namespace sluice::plugins {

// Starts it here, or on a worker if the component blocks. Null with `fault` if it did not start.
std::unique_ptr<DirectCall> startDirect(std::shared_ptr<const ComponentInstance> instance,
                                        const Request& request, io::Loop& loop,
                                        io::WorkerPool& workers, Fault& fault);

}  // namespace sluice::plugins
