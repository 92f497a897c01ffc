// Reductions of feature maps: to a scalar, and of rows to one.
#include "ops/reduce/reduce.h"

#include "tools/lab/onednn/baselines.h"
#include "tools/lab/ops/benches.h"

namespace impasto::lab {
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

OpBenches reduce_benches() {
  return {"reduce",
          {
              table_bench(direction<All>(
                              reduce_table,
                              [](All& o) -> ReduceArgs {
                                return {o.a, o.b, o.value};
                              },
                              [](All& o) -> Operands {
                                return {{&o.a, &o.b}, {&o.value}};
                              }),
                          "maps_256.txt"),
              table_bench(direction<Rows>(
                              reduce_rows_table,
                              [](Rows& o) -> ReduceRowsArgs {
                                return {o.a, o.dst};
                              },
                              [](Rows& o) -> Operands {
                                return {{&o.a}, {&o.dst}};
                              },
                              onednn::reduce_rows()),
                          "maps_256.txt"),
          }};
}

}  // namespace impasto::lab
