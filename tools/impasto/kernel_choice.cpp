#include "tools/impasto/kernel_choice.h"

#include <algorithm>
#include <array>
#include <functional>

#include "ops/basis/basis.h"
#include "ops/conv2d/conv2d.h"
#include "ops/descent/descent.h"
#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"
#include "ops/gemm/gemm.h"
#include "ops/gram/gram.h"
#include "ops/mse/mse.h"
#include "ops/normalize/normalize.h"
#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/reduce/reduce.h"
#include "ops/relu/relu.h"
#include "ops/resize/resize.h"
#include "ops/total_variation/total_variation.h"
#include "tools/impasto/kernel_words.h"

namespace impasto::cli {
namespace {

DType dtype_of(const Words& w) {
  return w.word("dtype") == "f64" ? DType::f64 : DType::f32;
}

struct Map {
  std::int64_t n, h, w, c;
  std::int64_t count() const { return n * h * w * c; }
};
Map map_of(const Words& w) {
  return {w.number("n"), w.number("h"), w.number("w"), w.number("c")};
}

// Of several words, the value whose name was given.
template <class T, std::size_t count>
T one_of(const Words& w, std::string_view name, const std::array<T, count>& values) {
  return *std::ranges::find(values, w.word(name), [](T value) { return to_string(value); });
}

constexpr std::array kPadModes = {PadMode::zero, PadMode::reflect, PadMode::replicate};
constexpr std::array kResizeModes = {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                                     ResizeMode::bicubic, ResizeMode::lanczos};

void check_padding(const Words& w, PadMode mode, std::int64_t pad, std::int64_t extent) {
  if (mode == PadMode::reflect && pad >= extent) w.refuse("reflecting needs more pixels");
}

constexpr std::string_view kConv2dWords =
    "n=1 h w ic oc kh=3 kw=3 stride=1 pad=1 padding=zero|reflect|replicate relu=0|1 "
    "pool=none|max|average cached=1|0 mixed=0|1 loose=0|1 dtype=f32|f64";
Conv2dProblem conv2d_problem(const Words& w) {
  Conv2dProblem p;
  p.n = w.number("n"), p.h = w.number("h"), p.w = w.number("w"), p.ic = w.number("ic");
  p.oc = w.number("oc"), p.kh = w.number("kh"), p.kw = w.number("kw");
  p.params.stride = w.number("stride");
  p.params.pad = w.number("pad", 0);
  p.params.pad_mode = one_of(w, "padding", kPadModes);
  p.params.relu = w.flag("relu");
  if (w.word("pool") != "none") p.params.pool = parse_pool_kind(w.word("pool"));
  p.dtype = dtype_of(w);
  p.filter_cached = w.flag("cached");
  p.mixed = w.flag("mixed");
  p.loose = w.flag("loose");
  for (const auto& [extent, filter] : {std::pair(p.h, p.kh), std::pair(p.w, p.kw)}) {
    check_padding(w, p.params.pad_mode, p.params.pad, extent);
    if (filter > extent + 2 * p.params.pad) w.refuse("the filter is larger than the picture");
  }
  if (p.params.pool && (p.oh() < 2 || p.ow() < 2)) w.refuse("too small for a pool");
  return p;
}

constexpr std::string_view kBasisWords = "rows cols=1 count dtype=f32|f64";
BasisProblem basis_problem(const Words& w) {
  return {w.number("rows"), w.number("cols", 0), w.number("count"), dtype_of(w)};
}

// What descent decides about is a few scalars.
constexpr std::string_view kGuardWords = "moved=0|1";
GuardProblem guard_problem(const Words& w) {
  GuardProblem p;
  p.moved = w.flag("moved");
  return p;
}

constexpr std::string_view kLbfgsWords = "capacity slots=0 scaled=1|0";
LbfgsProblem lbfgs_problem(const Words& w) {
  LbfgsProblem p;
  p.capacity = w.number("capacity");
  p.slots = w.number("slots", 0);
  p.scaled = w.flag("scaled");
  if (p.slots > p.capacity) w.refuse("more slots than capacity");
  return p;
}

AdamPlanProblem adam_plan_problem(const Words&) {
  return {};
}

constexpr std::string_view kMapWords = "n=1 h w c dtype=f32|f64";
AdamProblem adam_problem(const Words& w) {
  return {map_of(w).count(), {}, dtype_of(w)};
}
ReluProblem relu_problem(const Words& w) {
  return {map_of(w).count(), dtype_of(w)};
}
MseProblem mse_problem(const Words& w) {
  return {map_of(w).count(), 1, dtype_of(w)};
}
constexpr std::string_view kGramWords = "n=1 h w c mixed=0|1 dtype=f32|f64";
GramProblem gram_problem(const Words& w) {
  const Map map = map_of(w);
  return {map.n, map.h * map.w, map.c, 1, dtype_of(w), w.flag("mixed")};
}
InstanceNormProblem instance_norm_problem(const Words& w) {
  const Map map = map_of(w);
  return {map.n, map.h * map.w, map.c, 1e-5, dtype_of(w)};
}
ReduceRowsProblem reduce_rows_problem(const Words& w) {
  const Map map = map_of(w);
  return {map.n * map.h * map.w, map.c, dtype_of(w)};
}

constexpr std::string_view kElementwiseWords = "n=1 h w c kind=linear|mul|clamp dtype=f32|f64";
ElementwiseProblem elementwise_problem(const Words& w) {
  ElementwiseProblem p;
  p.count = map_of(w).count();
  p.kind = w.word("kind") == "mul"     ? ElementwiseKind::mul
           : w.word("kind") == "clamp" ? ElementwiseKind::clamp
                                       : ElementwiseKind::linear;
  p.binary = p.kind != ElementwiseKind::clamp;
  p.dtype = dtype_of(w);
  return p;
}

constexpr std::string_view kGemmWords = "m n k transpose_a=0|1 transpose_b=0|1 dtype=f32|f64";
GemmProblem gemm_problem(const Words& w) {
  return {w.number("m"),
          w.number("n"),
          w.number("k"),
          {w.flag("transpose_a"), w.flag("transpose_b")},
          dtype_of(w)};
}

constexpr std::string_view kPadWords =
    "n=1 h w c top=1 bottom=1 left=1 right=1 mode=zero|reflect|replicate dtype=f32|f64";
PadProblem pad_problem(const Words& w) {
  const auto side = [&](std::string_view name) { return w.number(name, 0); };
  const Map map = map_of(w);
  const PadParams params{side("top"), side("bottom"), side("left"), side("right"),
                         one_of(w, "mode", kPadModes)};
  check_padding(w, params.mode, std::max(params.top, params.bottom), map.h);
  check_padding(w, params.mode, std::max(params.left, params.right), map.w);
  return {map.n, map.h, map.w, map.c, params, dtype_of(w)};
}

constexpr std::string_view kPoolWords = "n=1 h w c kind=max|average dtype=f32|f64";
Pool2dProblem pool2d_problem(const Words& w) {
  return {w.number("n"),
          w.number("h", 2),
          w.number("w", 2),
          w.number("c"),
          parse_pool_kind(w.word("kind")),
          dtype_of(w)};
}

constexpr std::string_view kReduceWords =
    "n=1 h w c kind=sum|abs_sum|abs_max|dot|nonfinite dtype=f32|f64";
ReduceProblem reduce_problem(const Words& w) {
  constexpr std::string_view kNames[] = {"sum", "abs_sum", "abs_max", "dot", "nonfinite"};
  const auto kind = std::ranges::find(kNames, w.word("kind")) - std::begin(kNames);
  return {static_cast<ReduceKind>(kind), map_of(w).count(), dtype_of(w)};
}

constexpr std::string_view kResizeWords =
    "n=1 h w c oh ow mode=bilinear|nearest|area|bicubic|lanczos dtype=f32|f64";
ResizeProblem resize_problem(const Words& w) {
  const Map map = map_of(w);
  return {map.n,
          map.h,
          map.w,
          map.c,
          w.number("oh"),
          w.number("ow"),
          one_of(w, "mode", kResizeModes),
          dtype_of(w)};
}

constexpr std::string_view kVariationWords = "n=1 h w c kind=squared|absolute dtype=f32|f64";
TotalVariationProblem variation_problem(const Words& w) {
  const Map map = map_of(w);
  const bool squared = w.word("kind") == "squared";
  return {
      map.n, map.h,      map.w, map.c, squared ? VariationKind::squared : VariationKind::absolute,
      1,     dtype_of(w)};
}

// Why a kernel that serves is not taken.
std::string not_taken(const KernelInfo& info, Features features, std::string_view request) {
  if (!request.empty()) return "another is asked for by name";
  if (detail::chosen_unasked(info, features)) return "serves, but comes after the chosen one";
  if (info.by_name) return "serves only when asked for by name: it rounds more than its type";
  return "serves on simt only when asked for by name: tensor cores are emulated";
}

template <class Problem, class Args>
Choice choose_from(const KernelTable<Problem, Args>& table, const Problem& problem,
                   Features features, std::string_view request) {
  const std::string_view chosen = select(table, problem, features, request).info.id;
  Choice choice{problem.to_string(), {}};
  for (const auto& kernel : table.kernels) {
    const Support support = can_serve(kernel, problem, features);
    std::string verdict = support.ok ? not_taken(kernel.info, features, request) : support.reason;
    if (kernel.info.id == chosen) verdict = "chosen";
    choice.candidates.push_back({kernel.info, support.ok, verdict});
  }
  return choice;
}

struct Entry {
  std::string_view table;
  std::string_view words;
  std::function<Choice(std::string_view text, Features, std::string_view request)> choose;
};

template <class Problem, class Args>
Entry entry(const KernelTable<Problem, Args>& table, std::string_view words,
            Problem (*make)(const Words&)) {
  return {table.name, words,
          [=](std::string_view text, Features features, std::string_view request) {
            return choose_from(table, make(Words(table.name, words, text)), features, request);
          }};
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> all = {
      entry(inner_products_table(), kBasisWords, basis_problem),
      entry(combine_table(), kBasisWords, basis_problem),
      entry(store_table(), kBasisWords, basis_problem),
      entry(conv2d_forward_table(), kConv2dWords, conv2d_problem),
      entry(conv2d_backward_data_table(), kConv2dWords, conv2d_problem),
      entry(conv2d_backward_filter_table(), kConv2dWords, conv2d_problem),
      entry(guard_table(), kGuardWords, guard_problem),
      entry(lbfgs_table(), kLbfgsWords, lbfgs_problem),
      entry(adam_plan_table(), "", adam_plan_problem),
      entry(adam_table(), kMapWords, adam_problem),
      entry(elementwise_table(), kElementwiseWords, elementwise_problem),
      entry(gemm_table(), kGemmWords, gemm_problem),
      entry(gram_forward_table(), kGramWords, gram_problem),
      entry(gram_backward_table(), kGramWords, gram_problem),
      entry(mse_forward_table(), kMapWords, mse_problem),
      entry(mse_backward_table(), kMapWords, mse_problem),
      entry(instance_norm_forward_table(), kMapWords, instance_norm_problem),
      entry(instance_norm_backward_table(), kMapWords, instance_norm_problem),
      entry(pad_forward_table(), kPadWords, pad_problem),
      entry(pad_backward_table(), kPadWords, pad_problem),
      entry(pool2d_forward_table(), kPoolWords, pool2d_problem),
      entry(pool2d_backward_table(), kPoolWords, pool2d_problem),
      entry(reduce_table(), kReduceWords, reduce_problem),
      entry(reduce_rows_table(), kMapWords, reduce_rows_problem),
      entry(relu_forward_table(), kMapWords, relu_problem),
      entry(relu_backward_table(), kMapWords, relu_problem),
      entry(resize_forward_table(), kResizeWords, resize_problem),
      entry(resize_backward_table(), kResizeWords, resize_problem),
      entry(total_variation_forward_table(), kVariationWords, variation_problem),
      entry(total_variation_backward_table(), kVariationWords, variation_problem),
  };
  return all;
}

const Entry& entry_of(std::string_view table) {
  const auto found = std::ranges::find(entries(), table, &Entry::table);
  IMPASTO_CHECK(found != entries().end(), "kernels: no words for problems of {}", table);
  return *found;
}

}  // namespace

Choice choose(std::string_view table, std::string_view words, Features features,
              std::string_view request) {
  return entry_of(table).choose(words, features, request);
}

std::string_view words_of(std::string_view table) {
  return entry_of(table).words;
}

}  // namespace impasto::cli
