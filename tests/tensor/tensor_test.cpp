#include "tensor/tensor.h"

#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tensor/half.h"

namespace impasto {
namespace {

TEST_CASE("a tensor is a handle: copies share, clones do not") {
  Tensor a = Tensor::from<float>({2, 2}, std::vector<float>{1, 2, 3, 4});
  CHECK(a.solely_owned());
  Tensor b = a;
  CHECK_FALSE(a.solely_owned());
  b.data<float>()[0] = 9;
  CHECK(a.data<float>()[0] == 9);
  Tensor c = a.clone();
  c.data<float>()[0] = 7;
  CHECK(a.data<float>()[0] == 9);
  CHECK(c.shape() == a.shape());
  CHECK(c.solely_owned());
}

TEST_CASE("a tensor is made empty, of zeros, of one value or from values") {
  CHECK(Tensor::empty({3, 4}, DType::f16).bytes() == 24);
  const Tensor zeros = Tensor::zeros({7}, DType::f64);
  for (double value : zeros.values<double>()) CHECK(value == 0);
  const Tensor threes = Tensor::full({7}, -3, DType::i32);
  for (std::int32_t value : threes.values<std::int32_t>()) CHECK(value == -3);
  CHECK(to_float(Tensor::full({1}, 0.5, DType::f16).data<Half>()[0]) == 0.5f);
  CHECK(to_float(Tensor::full({1}, 0.5, DType::bf16).data<BFloat16>()[0]) == 0.5f);
  CHECK(Tensor::scalar(2.5, DType::f64).item() == 2.5);
  CHECK(Tensor::scalar(200, DType::u8).item() == 200);
  CHECK(Tensor::scalar(2.5).shape() == Shape{});
  CHECK_THROWS_AS(Tensor::from<float>({3}, std::vector<float>{1, 2}), Error);
  CHECK_THROWS_AS(Tensor::full({3}, 1, DType::bits), Error);
  const Tensor none = Tensor::from<float>({0, 5}, std::vector<float>{});
  CHECK(none.defined());
  CHECK(none.numel() == 0);
}

TEST_CASE("access is checked: dtype, definedness, one element for item()") {
  Tensor a = Tensor::zeros({2});
  CHECK_THROWS_AS(a.data<double>(), Error);
  CHECK_THROWS_AS(a.data<std::uint64_t>(), Error);
  CHECK_THROWS_AS(a.item(), Error);
  Tensor undefined;
  CHECK_FALSE(undefined.defined());
  CHECK_THROWS_AS(undefined.data<float>(), Error);
  CHECK_THROWS_AS(undefined.raw(), Error);
  CHECK_THROWS_AS(undefined.item(), Error);
  CHECK_THROWS_AS(undefined.clone(), Error);
  CHECK_THROWS_AS(Tensor::zeros({1}, DType::bits).item(), Error);
}

TEST_CASE("a slice is entries of the first axis, in the same storage") {
  Tensor a = Tensor::from<float>({3, 2}, {0, 1, 2, 3, 4, 5});
  Tensor b = a.slice(1, 3);
  CHECK(b.shape() == Shape{2, 2});
  CHECK(b.data<float>() == a.data<float>() + 2);
  b.values<float>()[0] = 7;
  CHECK(a.values<float>()[2] == 7);
  CHECK(b.slice(1, 2).clone().values<float>()[1] == 5);
  CHECK(b.reshape({4}).slice(1, 2).item() == 3);
  CHECK(b.slice(1, 2).to(DType::f64).values<double>()[0] == 4);
  CHECK(a.slice(3, 3).numel() == 0);
  CHECK_THROWS_AS(a.slice(2, 4), Error);
  CHECK_THROWS_AS(a.slice(2, 1), Error);
  Tensor bits = Tensor::zeros({3, 64}, DType::bits);
  bits.data<std::uint64_t>()[1] = 5;
  CHECK(bits.slice(1, 2).data<std::uint64_t>()[0] == 5);
  CHECK_THROWS_AS(bits.reshape({192}).slice(1, 64), Error);
}

TEST_CASE("reshape keeps storage and count") {
  Tensor a = Tensor::zeros({2, 3, 4});
  Tensor b = a.reshape({6, 4});
  CHECK(b.shape() == Shape{6, 4});
  b.data<float>()[23] = 5;
  CHECK(a.data<float>()[23] == 5);
  CHECK_THROWS_AS(a.reshape({5, 5}), Error);
}

TEST_CASE("masks are zeroed and cloned whole") {
  Tensor mask = Tensor::zeros({65}, DType::bits);
  CHECK(mask.bytes() == 16);
  CHECK(mask.data<std::uint64_t>()[1] == 0);
  mask.data<std::uint64_t>()[1] = 1;
  CHECK(mask.clone().data<std::uint64_t>()[1] == 1);
  CHECK(mask.to(DType::bits).data<std::uint64_t>() == mask.data<std::uint64_t>());
  CHECK_THROWS_AS(mask.to(DType::f32), Error);
  CHECK_THROWS_AS(Tensor::zeros({65}).to(DType::bits), Error);
}

TEST_CASE("conversion between all dtypes keeps what each can hold") {
  const DType dtypes[] = {DType::f32, DType::f64, DType::f16, DType::bf16, DType::u8, DType::i32};
  const Tensor source = Tensor::from<double>({3}, std::vector<double>{0, 3, 128});
  for (DType from : dtypes) {
    for (DType to : dtypes) {
      CAPTURE(to_string(from));
      CAPTURE(to_string(to));
      const Tensor back = source.to(from).to(to).to(DType::f64);
      for (int i = 0; i < 3; ++i) CHECK(back.data<double>()[i] == source.data<double>()[i]);
    }
  }
  const Tensor same = source.to(DType::f64);
  CHECK(same.data<double>() == source.data<double>());
}

TEST_CASE("conversion to integers truncates and saturates") {
  const Tensor source = Tensor::from<double>(
      {8}, std::vector<double>{-1.5, 2.9, 255.7, 256, 1e300, -1e300, NAN, INFINITY});
  const std::vector<int> want_u8 = {0, 2, 255, 255, 255, 0, 0, 255};
  constexpr std::int32_t kMin = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  const std::vector<std::int32_t> want_i32 = {-1, 2, 255, 256, kMax, kMin, 0, kMax};
  const Tensor u8 = source.to(DType::u8), i32 = source.to(DType::i32);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(u8.data<std::uint8_t>()[i] == want_u8[i]);
    CHECK(i32.data<std::int32_t>()[i] == want_i32[i]);
  }
}

TEST_CASE("f64 converts to 16 bits with one rounding") {
  // Just above the middle of two neighbours, by less than f32 can tell: by way of f32 it would
  // become a tie and go down to the even one.
  const auto f16 = [](double value) {
    return Tensor::scalar(value, DType::f16).data<Half>()->bits;
  };
  const auto bf16 = [](double value) {
    return Tensor::scalar(value, DType::bf16).data<BFloat16>()->bits;
  };
  CHECK(f16(1 + 0x1p-11) == 0x3c00);
  CHECK(f16(1 + 0x1p-11 + 0x1p-40) == 0x3c01);
  CHECK(f16(-(1 + 0x1p-11 + 0x1p-40)) == 0xbc01);
  CHECK(f16(1 + 3 * 0x1p-11 - 0x1p-40) == 0x3c01);
  CHECK(f16(1 + 3 * 0x1p-11) == 0x3c02);
  CHECK(bf16(1 + 0x1p-8) == 0x3f80);
  CHECK(bf16(1 + 0x1p-8 + 0x1p-40) == 0x3f81);
  CHECK(f16(1e300) == 0x7c00);
  CHECK(f16(1e-300) == 0);
  CHECK(bf16(-1e300) == 0xff80);
  CHECK(std::isnan(to_float(Half{f16(NAN)})));
}

}  // namespace
}  // namespace impasto
