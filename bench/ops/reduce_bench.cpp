// Reductions of feature maps: to a scalar, and of rows to one.
#include "bench/support/op_bench.h"
#include "ops/reduce/reduce.h"

namespace impasto::bench {
namespace {

struct All {
  using Problem = ReduceProblem;

  static Problem parse(std::istream& words) {
    return {.kind = ReduceKind::dot, .count = parse_map(words).count()};
  }
  static Problem small(Problem p) {
    p.count = std::min<std::int64_t>(p.count, 54'321);
    return p;
  }

  explicit All(const Problem& p)
      : a(uniform({p.count}, 1)), b(uniform({p.count}, 2)), value(scalar()) {}

  Tensor a, b, value;
};

struct Rows {
  using Problem = ReduceRowsProblem;

  static Problem parse(std::istream& words) {
    const Map map = parse_map(words);
    return {.rows = map.n * map.h * map.w, .cols = map.c};
  }
  static Problem small(Problem p) {
    p.rows = std::min<std::int64_t>(p.rows, 147);
    return p;
  }

  explicit Rows(const Problem& p) : a(uniform({p.rows, p.cols}, 1)), dst(uniform({p.cols}, 2)) {}

  Tensor a, dst;
};

}  // namespace
}  // namespace impasto::bench

int main(int argc, char** argv) {
  using namespace impasto;
  using namespace impasto::bench;
  return run_ops(argc, argv, "maps_256.txt",
                 direction<All>(reduce_table,
                                [](All& o) -> ReduceArgs {
                                  return {o.a, o.b, o.value};
                                },
                                {&All::a, &All::b}, {&All::value}),
                 direction<Rows>(reduce_rows_table,
                                 [](Rows& o) -> ReduceRowsArgs {
                                   return {o.a, o.dst};
                                 },
                                 {&Rows::a}, {&Rows::dst}));
}
