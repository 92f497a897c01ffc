#include "ops/resize/resize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/gradient.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

constexpr ResizeMode kModes[] = {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                                 ResizeMode::bicubic, ResizeMode::lanczos};

// Growing, shrinking, both at once, unchanged, from and to one pixel, prime extents, channels on
// either side of a vector.
const ResizeProblem kProblems[] = {
    {1, 1, 1, 1, 1, 1},    {1, 1, 1, 3, 5, 4},     {2, 5, 4, 3, 1, 1},      {1, 1, 9, 16, 1, 4},
    {1, 7, 1, 33, 13, 1},  {2, 6, 5, 3, 12, 10},   {1, 8, 8, 64, 4, 4},     {1, 9, 5, 1, 4, 11},
    {1, 31, 29, 3, 7, 11}, {1, 11, 7, 16, 29, 31}, {2, 16, 12, 33, 16, 12}, {1, 101, 3, 3, 2, 3},
};

ResizeProblem with(ResizeProblem problem, ResizeMode mode, DType dtype = DType::f32) {
  problem.mode = mode;
  problem.dtype = dtype;
  return problem;
}

Shape src_shape(const ResizeProblem& p) {
  return {p.n, p.h, p.w, p.c};
}
Shape dst_shape(const ResizeProblem& p) {
  return {p.n, p.oh, p.ow, p.c};
}

Tensor run(Context& context, const Kernel<ResizeProblem, ResizeArgs>& kernel,
           const ResizeProblem& problem, const Tensor& src, const Shape& dst_shape) {
  Tensor dst = poisoned(dst_shape, problem.dtype);
  run_kernel(context, kernel, problem, {src, dst});
  return dst;
}

// One axis as a dense matrix, [out][in].
std::vector<std::vector<double>> dense(std::int64_t in, std::int64_t out, ResizeMode mode) {
  const AxisWeights axis = resize_weights(in, out, mode);
  std::vector<std::vector<double>> matrix;
  for (std::size_t i = 0; i < static_cast<std::size_t>(out); ++i) {
    std::vector<double> row(static_cast<std::size_t>(in), 0);
    for (std::int64_t k = axis.offset[i]; k < axis.offset[i + 1]; ++k) {
      const std::int64_t j = axis.first[i] + k - axis.offset[i];
      row.at(static_cast<std::size_t>(j)) = axis.weights.at(static_cast<std::size_t>(k));
    }
    matrix.push_back(row);
  }
  return matrix;
}

// The largest sum of absolute weights in a row (forward) or a column (backward).
double gain(std::int64_t in, std::int64_t out, ResizeMode mode, bool forward) {
  const auto matrix = dense(in, out, mode);
  std::vector<double> sums(forward ? matrix.size() : matrix[0].size(), 0);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    for (std::size_t j = 0; j < matrix[i].size(); ++j) {
      sums[forward ? i : j] += std::abs(matrix[i][j]);
    }
  }
  return *std::max_element(sums.begin(), sums.end());
}

void check_row(std::int64_t in, std::int64_t out, ResizeMode mode, std::int64_t i,
               const std::vector<double>& want) {
  CAPTURE(to_string(mode));
  CAPTURE(i);
  const std::vector<double> got = dense(in, out, mode).at(static_cast<std::size_t>(i));
  REQUIRE(got.size() == want.size());
  for (std::size_t j = 0; j < want.size(); ++j) CHECK(std::abs(got[j] - want[j]) <= 1e-15);
}

TEST_CASE("resize weights are what the definitions say") {
  check_row(3, 6, ResizeMode::nearest, 3, {0, 1, 0});
  check_row(5, 2, ResizeMode::nearest, 0, {0, 1, 0, 0, 0});
  check_row(5, 2, ResizeMode::nearest, 1, {0, 0, 0, 1, 0});
  check_row(3, 6, ResizeMode::bilinear, 0, {1, 0, 0});
  check_row(3, 6, ResizeMode::bilinear, 1, {0.75, 0.25, 0});
  check_row(3, 6, ResizeMode::bilinear, 5, {0, 0, 1});
  check_row(4, 2, ResizeMode::bilinear, 0, {0.5, 0.5, 0, 0});  // not antialiased
  check_row(5, 2, ResizeMode::area, 0, {0.4, 0.4, 0.2, 0, 0});
  check_row(5, 2, ResizeMode::area, 1, {0, 0, 0.2, 0.4, 0.4});
  check_row(2, 3, ResizeMode::area, 1, {0.5, 0.5});
  // Keys at distances of 1.75, 0.75, 0.25 and 1.25 pixels.
  check_row(8, 16, ResizeMode::bicubic, 6,
            {0, -0.0234375, 0.2265625, 0.8671875, -0.0703125, 0, 0, 0});
  // Shrunk three times: Keys at multiples of 1 / 3, times 1 / 3.
  check_row(15, 5, ResizeMode::bicubic, 2,
            {0, 0, -1. / 81, -2. / 81, 0, 1. / 9, 7. / 27, 1. / 3, 7. / 27, 1. / 9, 0, -2. / 81,
             -1. / 81, 0, 0});
  check_row(3, 3, ResizeMode::bicubic, 1, {0, 1, 0});
  check_row(3, 3, ResizeMode::lanczos, 1, {0, 1, 0});
}

TEST_CASE("every row of every resize matrix sums to one") {
  for (ResizeMode mode : kModes) {
    for (std::int64_t in : {1, 2, 3, 7, 64, 1000}) {
      for (std::int64_t out : {1, 2, 3, 5, 64, 333}) {
        CAPTURE(to_string(mode));
        CAPTURE(in);
        CAPTURE(out);
        double worst = 0;
        for (const auto& row : dense(in, out, mode)) {
          worst = std::max(worst, std::abs(std::accumulate(row.begin(), row.end(), -1.0)));
        }
        CHECK(worst <= 1e-13);
      }
    }
  }
}

// What PyTorch 1.13 and Pillow 9.4 make of this 5 x 6 picture, f32; Pillow's in mode 'F'.
//   python3 -c "import numpy as np, torch, torch.nn.functional as F; from PIL import Image
//   a = np.array([i * i * 7 % 23 for i in range(30)], np.float32).reshape(5, 6)
//   t = torch.tensor(a).double()[None, None]
//   for s in ((7, 4), (3, 9)):
//     print(F.interpolate(t, size=s, mode='bilinear'), F.interpolate(t, size=s,
//     mode='nearest-exact')) for m in (Image.BICUBIC, Image.LANCZOS):
//       print(np.asarray(Image.fromarray(a, 'F').resize(s[::-1], m)))"
Tensor small_picture() {
  Tensor picture = Tensor::empty({1, 5, 6, 1});
  for (int i = 0; i < 30; ++i) picture.data<float>()[i] = static_cast<float>(i * i * 7 % 23);
  return picture;
}

struct Known {
  ResizeMode mode;
  std::int64_t oh, ow;
  std::vector<float> values;
};

const Known kKnown[] = {
    {ResizeMode::bilinear, 7, 4, {1.75f,     5.5f,      17.75f,    15.5f,     13.17857f, 10.07143f,
                                  15.46429f, 16.21429f, 20.32143f, 13.57143f, 13.67857f, 18.17857f,
                                  16.75f,    13.75f,    13.5f,     21.75f,    15.85714f, 16.60714f,
                                  7.785714f, 7.464286f, 11.64286f, 16.14286f, 11.07143f, 9.571429f,
                                  6.5f,      14,        18.5f,     20}},
    {ResizeMode::nearest, 7, 4, {0,  5,  17, 14, 22, 11, 15, 19, 22, 11, 15, 19, 19, 15,
                                 11, 22, 14, 17, 5,  0,  14, 17, 5,  0,  7,  17, 20, 22}},
    {ResizeMode::bicubic, 7, 4, {1.265294f, 5.877831f, 17.90064f, 16.34697f, 13.8604f,  11.17579f,
                                 14.5299f,  15.53523f, 21.97211f, 14.58882f, 12.80912f, 17.77022f,
                                 15.6877f,  12.38897f, 14.69066f, 22.10841f, 16.74583f, 16.58281f,
                                 7.593453f, 6.158628f, 11.68041f, 16.05223f, 10.95635f, 8.398314f,
                                 5.086012f, 13.05308f, 18.72975f, 19.94057f}},
    {ResizeMode::lanczos, 7, 4, {0.6679025f, 5.519972f, 18.24657f, 16.69539f, 13.7934f,  11.37233f,
                                 14.02713f,  14.86489f, 23.4169f,  14.92779f, 12.52175f, 18.93843f,
                                 15.75028f,  11.84404f, 14.92545f, 22.38461f, 17.25573f, 16.49449f,
                                 7.047951f,  5.683919f, 11.4346f,  16.46352f, 10.87272f, 7.697587f,
                                 4.229078f,  13.06779f, 19.41769f, 20.41758f}},
    {ResizeMode::bilinear, 3, 9, {7.333333f, 9.5f,      10.88889f, 7.777778f, 11.66667f, 16.38889f,
                                  16.61111f, 16.16667f, 15.66667f, 19,        14.5f,     10.83333f,
                                  14.16667f, 13,        12.66667f, 19.33333f, 21.5f,     22,
                                  9.333333f, 9.666667f, 11.16667f, 15.83333f, 16,        14.44444f,
                                  12.22222f, 13.16667f, 14.66667f}},
    {ResizeMode::nearest, 3, 9, {0,  7,  7,  5,  17, 17, 20, 14, 14, 19, 10, 10, 15, 11,
                                 11, 21, 22, 22, 7,  5,  5,  17, 20, 20, 14, 22, 22}},
    {ResizeMode::bicubic, 3, 9, {9.156883f, 11.33937f, 12.27368f, 7.483797f, 11.57981f, 16.93437f,
                                 16.06756f, 16.28959f, 16.70911f, 19.93586f, 17.72996f, 15.20775f,
                                 15.11783f, 12.01076f, 10.2805f,  14.39657f, 15.96936f, 16.20067f,
                                 9.560324f, 10.03348f, 12.05249f, 16.69751f, 15.85096f, 12.93501f,
                                 11.17931f, 11.53122f, 12.36093f}},
    {ResizeMode::lanczos, 3, 9, {8.91878f,  11.56081f, 11.7893f,  7.153123f, 11.50249f, 17.74367f,
                                 16.54641f, 16.58162f, 17.60503f, 20.94021f, 18.69761f, 15.96362f,
                                 15.57024f, 11.59938f, 9.610259f, 13.62538f, 15.8417f,  15.58693f,
                                 9.083902f, 9.162575f, 12.06f,    16.75747f, 16.19291f, 12.5436f,
                                 11.16518f, 11.38314f, 11.96042f}},
};

TEST_CASE("every resize kernel agrees with PyTorch and Pillow") {
  Context context;
  for (const auto& kernel : kernels_here(resize_forward_table())) {
    for (const Known& known : kKnown) {
      CAPTURE(kernel.info.id);
      CAPTURE(to_string(known.mode));
      const ResizeProblem problem{1, 5, 6, 1, known.oh, known.ow, known.mode, DType::f32};
      const Tensor got = run(context, kernel, problem, small_picture(), dst_shape(problem));
      // The literals have seven digits.
      const Comparison result =
          compare(got, Tensor::from<float>(dst_shape(problem), known.values), 1e-5);
      CHECK_MESSAGE(result.ok, result.message);
    }
  }
}

TEST_CASE("every resize kernel is exact where the arithmetic is") {
  Context context;
  const ResizeProblem exact[] = {
      {2, 5, 7, 3, 10, 14, ResizeMode::nearest},   {1, 13, 9, 16, 4, 20, ResizeMode::nearest},
      {2, 5, 7, 33, 10, 14, ResizeMode::bilinear}, {1, 8, 16, 64, 4, 4, ResizeMode::area},
      {1, 3, 5, 1, 6, 20, ResizeMode::area},       {1, 6, 6, 3, 6, 6, ResizeMode::bicubic},
  };
  for (const auto& kernel : kernels_here(resize_forward_table())) {
    for (const ResizeProblem& p : exact) {
      CAPTURE(kernel.info.id);
      CAPTURE(p.to_string());
      const Tensor src = random_integers(src_shape(p), DType::f32, 1);
      const Tensor want = run(context, resize_forward_table().kernels.back(),
                              with(p, p.mode, DType::f64), src.to(DType::f64), dst_shape(p));
      CHECK(compare(run(context, kernel, p, src, dst_shape(p)), want, 0).ok);
    }
  }
}

// Every kernel against the reference in double. Rounding of the data and weights, and of every
// addition: the products are bounded by the absolute weights of both axes.
void check_table(const KernelTable<ResizeProblem, ResizeArgs>& table, bool forward) {
  Context context;
  for (const auto& kernel : kernels_here(table)) {
    for (const ResizeProblem& p : kProblems) {
      for (ResizeMode mode : kModes) {
        const ResizeProblem problem = with(p, mode);
        CAPTURE(kernel.info.id);
        CAPTURE(problem.to_string());
        const Shape from = forward ? src_shape(p) : dst_shape(p);
        const Shape to = forward ? dst_shape(p) : src_shape(p);
        const Tensor src = random_tensor(from, DType::f32, 2);
        const Tensor want =
            run(context, table.kernels.back(), with(p, mode, DType::f64), src.to(DType::f64), to);
        const double tolerance = std::numeric_limits<float>::epsilon() *
                                 static_cast<double>(kernel.reduction_length(problem) + 1) *
                                 gain(p.h, p.oh, mode, forward) * gain(p.w, p.ow, mode, forward) *
                                 max_abs(src);
        const Comparison result = compare(run(context, kernel, problem, src, to), want, tolerance);
        CHECK_MESSAGE(result.ok, result.message);
      }
    }
  }
}

TEST_CASE("every resize kernel equals the reference") {
  check_table(resize_forward_table(), true);
}

TEST_CASE("every resize backward kernel equals the reference") {
  check_table(resize_backward_table(), false);
}

TEST_CASE("a constant picture stays constant in every mode") {
  Context context;
  for (const ResizeProblem& p : kProblems) {
    for (ResizeMode mode : kModes) {
      CAPTURE(with(p, mode).to_string());
      const Tensor got = resize(context, Tensor::full(src_shape(p), 123.675), p.oh, p.ow, mode);
      const Comparison result = compare(got, Tensor::full(dst_shape(p), 123.675), 0, 5e-6);
      CHECK_MESSAGE(result.ok, result.message);
    }
  }
}

TEST_CASE("resize and its backward pass are adjoint in every mode") {
  Context context;
  for (const ResizeProblem& p : kProblems) {
    for (ResizeMode mode : kModes) {
      CAPTURE(with(p, mode).to_string());
      const Tensor x = random_tensor(src_shape(p), DType::f64, 3);
      const Tensor y = random_tensor(dst_shape(p), DType::f64, 4);
      const double forward = inner(resize(context, x, p.oh, p.ow, mode), y);
      const double backward = inner(x, resize_backward(context, y, src_shape(p), mode));
      CHECK(std::abs(forward - backward) <= 1e-13 * static_cast<double>(x.numel() + y.numel()));
    }
  }
}

TEST_CASE("resize backward agrees with central differences") {
  Context context;
  const Shape shape{2, 5, 4, 2};
  const Tensor src = random_tensor(shape, DType::f64, 5);
  const Tensor upstream = random_tensor({2, 3, 7, 2}, DType::f64, 6);
  for (ResizeMode mode : kModes) {
    CAPTURE(to_string(mode));
    const Comparison result =
        check_gradient([&](const Tensor& x) { return resize(context, x, 3, 7, mode); }, src,
                       upstream, resize_backward(context, upstream, shape, mode));
    CHECK_MESSAGE(result.ok, result.message);
  }
}

TEST_CASE("resize gives the same bits for every thread count") {
  Context one({.device = {}, .threads = 1});
  Context many({.device = {}, .threads = 4});
  for (const ResizeProblem& p : kProblems) {
    for (ResizeMode mode : kModes) {
      const Tensor src = random_tensor(src_shape(p), DType::f32, 7);
      const Tensor grad = random_tensor(dst_shape(p), DType::f32, 8);
      CHECK(compare_exact(resize(one, src, p.oh, p.ow, mode), resize(many, src, p.oh, p.ow, mode))
                .ok);
      CHECK(compare_exact(resize_backward(one, grad, src.shape(), mode),
                          resize_backward(many, grad, src.shape(), mode))
                .ok);
    }
  }
}

TEST_CASE("resize refuses what breaks its contract") {
  Context context;
  const Tensor src = Tensor::zeros({1, 4, 4, 3});
  CHECK_THROWS_AS(resize(context, Tensor::zeros({4, 4, 3}), 2, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, Tensor::zeros({1, 0, 4, 3}), 2, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, src, 0, 2, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize(context, src, 2, -1, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {2, 4, 4, 3}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {1, 4, 4, 1}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_backward(context, src, {4, 4, 3}, ResizeMode::area), Error);
  CHECK_THROWS_AS(resize_weights(std::int64_t{1} << 40, std::int64_t{1} << 40, ResizeMode::nearest),
                  Error);
}

}  // namespace
}  // namespace impasto
