// Matrix products.
#include "ops/gemm/gemm.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
namespace {

struct Case {
  using Problem = GemmProblem;

  static Problem parse(std::istream& words) {
    Problem p;
    read_sizes(words, p.m, p.n, p.k);
    words >> p.params.transpose_a >> p.params.transpose_b;
    return p;
  }
  static Problem small(Problem p) {
    p.m = std::min<std::int64_t>(p.m, 67);
    p.n = std::min<std::int64_t>(p.n, 69);
    return p;
  }

  explicit Case(const Problem& p)
      : a(uniform(matrix(p.m, p.k, p.params.transpose_a), 1)),
        b(uniform(matrix(p.k, p.n, p.params.transpose_b), 2)),
        c(uniform({p.m, p.n}, 3)) {}

  static Shape matrix(std::int64_t rows, std::int64_t cols, bool transposed) {
    return transposed ? Shape{cols, rows} : Shape{rows, cols};
  }

  Tensor a, b, c;
};

}  // namespace

OpBenches gemm_benches() {
  return {"gemm",
          {
              table_bench(direction<Case>(
                              gemm_table,
                              [](Case& o) -> GemmArgs {
                                return {o.a, o.b, o.c};
                              },
                              [](Case& o) -> Operands {
                                return {{&o.a, &o.b}, {&o.c}};
                              },
                              onednn::gemm()),
                          "gemm.txt"),
          }};
}

}  // namespace impasto::lab
