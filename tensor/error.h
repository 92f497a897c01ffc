// Errors: what the library throws, and the check macros that throw it.
//
// Library code never prints and never exits. Three kinds are told apart because a program must
// react differently: a broken contract (Error), something the user gave (InputError, exit code 2),
// and memory that could not be had (OutOfMemory, exit code 3).
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

namespace impasto {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The message is one line for the user: what was wrong, with which file or option, what to do.
class InputError : public Error {
 public:
  using Error::Error;
};

class OutOfMemory : public Error {
 public:
  OutOfMemory(std::size_t requested_bytes, std::size_t live_bytes);
  // A library could not have memory that it wanted for itself, and does not say how much.
  explicit OutOfMemory(const std::string& message) : Error(message) {}
  std::size_t requested_bytes() const { return requested_bytes_; }
  std::size_t live_bytes() const { return live_bytes_; }

 private:
  std::size_t requested_bytes_ = 0;
  std::size_t live_bytes_ = 0;
};

namespace detail {
[[noreturn]] void throw_check_failure(const char* expression, const char* file, int line,
                                      const std::string& message);
}  // namespace detail

}  // namespace impasto

// Stays on in Release and guards every public entry. The message says op, got and expected.
#define IMPASTO_CHECK(condition, ...)                                        \
  do {                                                                       \
    if (!(condition)) [[unlikely]]                                           \
      ::impasto::detail::throw_check_failure(#condition, __FILE__, __LINE__, \
                                             ::fmt::format(__VA_ARGS__));    \
  } while (false)

// For inner loops only: compiled away in Release.
#ifdef NDEBUG
#define IMPASTO_DCHECK(condition, ...) static_cast<void>(0)
#else
#define IMPASTO_DCHECK(condition, ...) IMPASTO_CHECK(condition, __VA_ARGS__)
#endif
