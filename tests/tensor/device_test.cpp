#include "tensor/device.h"

#include <string>

#include <doctest/doctest.h>

#include "tensor/error.h"

namespace impasto {
namespace {

template <class E, class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST_CASE("devices have names, and every build has the cpu and the host executor") {
  CHECK(parse_device("cpu") == Device{});
  CHECK(parse_device("simt") == Device{DeviceType::simt});
  CHECK(to_string(Device{}) == "cpu");
  CHECK(to_string({DeviceType::simt, 0}) == "simt");
  CHECK(to_string({DeviceType::cuda, 2}) == "cuda:2");
  CHECK_FALSE(device_name({}).empty());
}

TEST_CASE("an unknown or absent device is an InputError that quotes it") {
  for (const char* text : {"", "CPU", "cpu:0", "gpu", "cudax", " cpu", "cuda:", "cuda:-1",
                           "cuda:1x", "cuda:99", "simt:0"}) {
    CAPTURE(text);
    const std::string message = message_of<InputError>([&] { parse_device(text); });
    CHECK(message.find(fmt::format("'{}'", text)) != std::string::npos);
    CHECK(message.find("cpu") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  }
}

TEST_CASE("a failed check says what, which expression and where, relative to the repository") {
  const int got = 3;
  const int line = __LINE__ + 1;
  const auto fail = [&] { IMPASTO_CHECK(got == 4, "op: got {}", got); };
  CHECK(message_of<Error>(fail) ==
        fmt::format("op: got 3 [got == 4, tests/tensor/device_test.cpp:{}]", line));
}

TEST_CASE("a check that holds evaluates its condition once and its message never") {
  int conditions = 0, messages = 0;
  IMPASTO_CHECK(++conditions == 1, "{}", ++messages);
  CHECK(conditions == 1);
  CHECK(messages == 0);
}

TEST_CASE("the three kinds of error are told apart") {
  CHECK_THROWS_AS(throw InputError("x"), Error);
  CHECK_THROWS_AS(throw OutOfMemory(1, 2), Error);
  const OutOfMemory error(3 << 20, 5 << 20);
  CHECK(std::string(error.what()) ==
        "out of memory: 3.0 MiB more were needed while 5.0 MiB are in use");
}

}  // namespace
}  // namespace impasto
