// The C++ side of codec_throws.c.
#include <stdexcept>

extern "C" void throwIt(const char* message);
void throwIt(const char* message) { throw std::runtime_error(message); }
