// What a check is doing, kept where the process that started it can read it after a crash; and its
// result. One page of shared memory a check.
// Threads: written by the thread that runs the check, read by others when that has ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::check {

struct NotePage {
  char component[256];  // whose turn it is; empty: the library's
  char calling[256];    // the plugin's function that runs, "codec.frame()"; empty: none
  char during[512];     // what is done to it, "the answer was cut at byte 17"
  char memory[512];     // of a fault: which lent memory was touched
  char event[64];       // of the frame that is decoded, cut short
  char data[256];
  std::size_t eventSize, dataSize;  // as they were
  std::size_t frame, frames;        // its number, from 1, and how many there are; 0: none
  std::uint64_t seed;               // of random input; 0: none
  std::uint64_t steps;              // begun by during(): a check that goes on is no hang
  char unloaded;                    // 1: the plugin's code is gone, or going
  std::size_t size;                 // of the result; 0: there is none yet
  char result[1 << 20];
};

namespace note {

// Uses the page in that descriptor (from create()) or, with -1, memory of this process.
void open(int descriptor);
// A descriptor with an empty page, to be passed to a child; -1: there is none.
int create();
// The page in that descriptor. Throws std::runtime_error if it cannot be read.
const NotePage* map(int descriptor);
void unmap(const NotePage* page);

// How many steps the check has begun by now; it may be running.
std::uint64_t stepsOf(const NotePage& page);

NotePage& page();
void component(std::string_view id);
void calling(std::string_view function);
void during(std::string_view what);
// The frame that the plugin is about to be given; frame() says that there is none.
void frame(std::size_t number, std::size_t of, std::string_view event, std::string_view data);
void frame();
void seed(std::uint64_t of);
void unloaded(bool is);
// Too long a result is cut, and then no JSON any more.
void result(std::string_view json);

// "in codec.frame, with frame 2 of 3, event "e", "{}", while the answer was cut at byte 17"; empty
// if nothing is known.
std::string where(const NotePage& page);

}  // namespace note
}  // namespace sluice::check
