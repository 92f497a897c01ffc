#include "tools/train/evaluation.h"

#include <cmath>

#include <doctest/doctest.h>

#include "ops/gemm/gemm.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"
#include "tests/train/tiny_run.h"
#include "tools/train/least_squares.h"
#include "tools/train/normalise.h"
#include "tools/train/spearman.h"

namespace impasto {
namespace {

using test::random_tensor;
using train::spearman;

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  return spearman(a, b);
}

TEST_CASE("Spearman's correlation asks for the order only") {
  CHECK(rank_correlation({1, 2, 3, 4}, {1, 10, 100, 1000}) == doctest::Approx(1));
  CHECK(rank_correlation({1, 2, 3, 4}, {9, 7, 3, -5}) == doctest::Approx(-1));
  // 1 - 6 sum d^2 / (n (n^2 - 1)), d = (0, 1, 1, 0, 0).
  CHECK(rank_correlation({1, 2, 3, 4, 5}, {1, 3, 2, 4, 5}) == doctest::Approx(0.9));
  // The textbook's IQ and hours of television: -29/165.
  CHECK(rank_correlation({106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
                         {7, 27, 2, 50, 28, 29, 20, 12, 6, 17}) == doctest::Approx(-29.0 / 165));
  // Ties share their mean rank: scipy.stats.spearmanr([1, 2, 2, 3], [1, 2, 3, 4]).
  CHECK(rank_correlation({1, 2, 2, 3}, {1, 2, 3, 4}) == doctest::Approx(0.9486832980505138));
  CHECK(std::isnan(rank_correlation({1, 1, 1}, {1, 2, 3})));
  CHECK_THROWS_AS(rank_correlation({1, 2}, {1}), Error);
}

TEST_CASE("the best linear map finds what is linear, and leaves what is not") {
  Context context;
  const Tensor from = random_tensor({1, 40, 50, 6}, DType::f32, 1);
  const Tensor map = random_tensor({6, 9}, DType::f32, 2);
  const Tensor image = gemm(context, from.reshape({2000, 6}), map).reshape({1, 40, 50, 9});
  train::LeastSquares exact;
  exact.add(context, from, image);
  CHECK(exact.relative_error() < 2e-3);

  Tensor noisy = image.clone();
  const Tensor noise = random_tensor(image.shape(), DType::f32, 3);
  for (std::size_t i = 0; i < noisy.values<float>().size(); ++i) {
    noisy.values<float>()[i] += 2 * noise.values<float>()[i];
  }
  train::LeastSquares halves;  // the same as all at once
  halves.add(context, from.reshape({2000, 6}).slice(0, 700),
             noisy.reshape({2000, 9}).slice(0, 700));
  halves.add(context, from.reshape({2000, 6}).slice(700, 2000),
             noisy.reshape({2000, 9}).slice(700, 2000));
  const double want = test::relative_error(image, noisy);  // the map itself: nearly the best
  CHECK(halves.relative_error() <= want);
  CHECK(halves.relative_error() > 0.98 * want);
}

TEST_CASE("a channel that is there twice does not matter") {
  Context context;
  Tensor from = random_tensor({500, 4}, DType::f32, 1);
  for (std::int64_t i = 0; i < 500; ++i) from.data<float>()[i * 4 + 3] = from.data<float>()[i * 4];
  train::LeastSquares itself;
  itself.add(context, from, from);
  CHECK(itself.relative_error() < 2e-3);
}

TEST_CASE("a teacher knows all that it teaches, also rescaled; another network does not") {
  Context context;
  std::vector<Tensor> pictures;
  for (std::int64_t i = 0; i < 6; ++i) pictures.push_back(test::noise_batch(i).slice(0, 1));
  const VggSpec taught = test::tiny_teacher({{6, 8}, {1, 1}}, 1);
  train::Teachers teachers({taught}, {"relu1_1", "relu2_1"}, Device{});
  const auto evaluate = [&](const VggSpec& spec) {
    Vgg network(spec);
    return evaluate_encoder(context, network, teachers, pictures);
  };
  for (const train::LayerEvaluation& one : evaluate(taught)) {
    CHECK(one.relative_error < 2e-3);
    CHECK(one.spearman == doctest::Approx(1));
  }
  const VggSpec scaled = train::normalised(
      taught, train::mean_activations(context, taught, pictures), train::Normalisation::channel);
  for (const train::LayerEvaluation& one : evaluate(scaled)) CHECK(one.relative_error < 2e-3);
  const auto other = evaluate(test::tiny_teacher({{4}, {1}}, 9));
  REQUIRE(other.size() == 1);  // of the layers that it has
  CHECK(other[0].relative_error > 0.05);
}

}  // namespace
}  // namespace impasto
