// The control thread: where last owners leave what a plugin has to end. Destroying an instance,
// ending a library and releasing an operation may block and must not happen on a loop, nor inside a
// call that the plugin itself makes; here they happen one after the other.
// Threads: all functions from any thread; waitForRetired() not from a loop or a plugin.
#pragma once

#include <functional>
#include <memory>

namespace sluice::plugins {

// Runs `work` on the control thread, in the order given. It must not throw.
void onControlThread(std::function<void()> work);

// Waits until everything that nobody owns any more has been destroyed in its plugin.
void waitForRetired();

// A shared_ptr whose object is destroyed on the control thread.
template <class T>
std::shared_ptr<T> ownedByControlThread(std::unique_ptr<T> object) {
  return std::shared_ptr<T>(object.release(),
                            [](T* last) { onControlThread([last] { delete last; }); });
}

}  // namespace sluice::plugins
