// The line that a crash leaves: which plugin's function ran on the thread that crashed. Then the
// signal takes its usual course.
// Threads: installCrashLine() before other threads are made; the rest any.
#pragma once

namespace sluice::plugins {

// For SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT. Handlers that are there already get the signal
// afterwards.
void installCrashLine();

// Gives this thread a stack for the handler, once, if it is installed; so a stack that overflowed
// can be told of too.
void prepareThreadForCrash() noexcept;

}  // namespace sluice::plugins
