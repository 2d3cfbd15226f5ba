// The control thread: where last owners leave what a plugin has to end. Destroying an instance,
// ending a library and releasing an operation may block and must not happen on a loop, nor inside a
// call that the plugin itself makes; here they happen one after the other. Nothing that must come
// in time may be left here: a plugin may be slow, which is logged. Threads: all functions from any
// thread; waitForRetired() not from a loop or a plugin.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace sluice::plugins {

class Instance;

// Runs `work` on the control thread, in the order given. It must not throw. It is named in the log
// if it takes long: it calls `function` ("release") of `label`.
void onControlThread(std::string label, const char* function, std::function<void()> work);

// Tells the plugin that no new operation will start there: Instance::retire().
void retireLater(std::shared_ptr<const Instance> instance);

// Waits until everything that nobody owns any more has been destroyed in its plugin.
void waitForRetired();

// A shared_ptr whose object is destroyed on the control thread, which calls `function` of `label`.
template <class T>
std::shared_ptr<T> ownedByControlThread(std::unique_ptr<T> object, std::string label,
                                        const char* function) {
  return std::shared_ptr<T>(object.release(), [label = std::move(label), function](T* last) {
    onControlThread(label, function, [last] { delete last; });
  });
}

}  // namespace sluice::plugins
