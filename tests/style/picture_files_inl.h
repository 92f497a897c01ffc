// Template of tests/style/picture_files.h.
#pragma once

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/style/picture_files.h"

namespace impasto::test {

template <class Action>
std::string input_error(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  FAIL_CHECK("no InputError");
  return "";
}

}  // namespace impasto::test
