// Which conv2d kernel is chosen, on pretended machines; and what the filter cache keeps.
#include <doctest/doctest.h>

#include "ops/conv2d/conv2d.h"
#include "tensor/allocator.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

const Conv2dProblem kProblem{1, 16, 16, 64, 64, 3, 3, {.pad = 1}};
constexpr Features kNone;

template <class Problem, class Args>
std::string_view chosen(const KernelTable<Problem, Args>& table, const Problem& problem,
                        Features features) {
  return select(table, problem, features).info.id;
}

#if defined(__x86_64__)
TEST_CASE("conv2d takes the widest instruction set of the machine") {
  const Features avx2 = Feature::avx2, both = avx2 | Feature::avx512;
  CHECK(chosen(conv2d_forward_table(), kProblem, both) == "conv2d.fwd.cpu.direct.avx512");
  CHECK(chosen(conv2d_forward_table(), kProblem, avx2) == "conv2d.fwd.cpu.direct.avx2");
  CHECK(chosen(conv2d_backward_data_table(), kProblem, both) ==
        "conv2d.bwd_data.cpu.direct.avx512");
  CHECK(chosen(conv2d_backward_filter_table(), kProblem, avx2) ==
        "conv2d.bwd_filter.cpu.direct.avx2");
}

TEST_CASE("Winograd serves frozen 3x3 filters, and filters that change where it pays") {
  Conv2dProblem frozen = kProblem;
  frozen.filter_cached = true;
  const Features both = Features(Feature::avx2) | Feature::avx512;
  CHECK(chosen(conv2d_forward_table(), frozen, both) == "conv2d.fwd.cpu.winograd4.avx512");
  CHECK(chosen(conv2d_forward_table(), frozen, Feature::avx2) == "conv2d.fwd.cpu.winograd4.avx2");
  CHECK(chosen(conv2d_backward_data_table(), frozen, both) ==
        "conv2d.bwd_data.cpu.winograd4.avx512");
  Conv2dProblem trained = kProblem;
  trained.h = trained.w = 64;
  CHECK(chosen(conv2d_forward_table(), trained, both) == "conv2d.fwd.cpu.winograd4.avx512");
  const auto refused = [&](auto change, const char* reason) {
    Conv2dProblem problem = frozen;
    change(problem);
    CHECK_THROWS_WITH_AS(
        select(conv2d_forward_table(), problem, both, "conv2d.fwd.cpu.winograd4.avx512"),
        doctest::Contains(reason), InputError);
  };
  refused([](Conv2dProblem& p) { p.params.stride = 2; }, "needs 3x3 filters and stride 1");
  refused([](Conv2dProblem& p) { p.ic = 3; }, "needs at least 16 channels");
  refused([](Conv2dProblem& p) { p.h = p.w = 1; }, "1 x 1 outputs fill too little of its tiles");
  refused([](Conv2dProblem& p) { p.filter_cached = false; }, "the filter may change");
}

TEST_CASE("F(6x6) serves where it saves products: gradients, and forward in mixed precision") {
  const Features both = Features(Feature::avx2) | Feature::avx512;
  const Features all = both | Feature::avx512vnni;
  const auto sized = [](std::int64_t side) {
    Conv2dProblem p = kProblem;
    p.h = p.w = side, p.filter_cached = true;
    return p;
  };
  Conv2dProblem p = sized(64);
  CHECK(chosen(conv2d_backward_data_table(), p, both) == "conv2d.bwd_data.cpu.winograd6.avx512");
  CHECK(chosen(conv2d_backward_data_table(), p, Feature::avx2) ==
        "conv2d.bwd_data.cpu.winograd6.avx2");
  CHECK(chosen(conv2d_forward_table(), p, both) == "conv2d.fwd.cpu.winograd4.avx512");
  p.loose = p.mixed = true;
  CHECK(chosen(conv2d_forward_table(), p, both) == "conv2d.fwd.cpu.winograd6.avx512");
  CHECK(chosen(conv2d_backward_data_table(), p, all) ==
        "conv2d.bwd_data.cpu.winograd6_int16.avx512vnni");
  Conv2dProblem few = sized(18);  // 9 tiles
  few.loose = few.mixed = true;
  CHECK(chosen(conv2d_forward_table(), few, both) == "conv2d.fwd.cpu.winograd4.avx512");
  CHECK(chosen(conv2d_backward_data_table(), few, all) ==
        "conv2d.bwd_data.cpu.winograd4_int16.avx512vnni");
  const auto reason = [&](const Conv2dProblem& problem, const char* why) {
    CHECK_THROWS_WITH_AS(
        select(conv2d_forward_table(), problem, both, "conv2d.fwd.cpu.winograd6.avx512"),
        doctest::Contains(why), InputError);
  };
  reason(sized(64), "mixed precision was not asked for");
  reason(few, "larger filters would be read for few tiles");
  few.n = 2;
  CHECK(chosen(conv2d_forward_table(), few, both) == "conv2d.fwd.cpu.winograd6.avx512");
  Conv2dProblem small = sized(8);  // 12 x 12 points either way
  small.n = 4, small.loose = true;
  reason(small, "tiles of 4 x 4 suit 8 x 8 outputs");
  Conv2dProblem deep = sized(64);
  deep.loose = true, deep.ic = deep.oc = 512;
  CHECK(chosen(conv2d_forward_table(), deep, both) == "conv2d.fwd.cpu.winograd6.avx512");
  CHECK(chosen(conv2d_backward_data_table(), deep, both) == "conv2d.bwd_data.cpu.winograd4.avx512");
  deep.w = 65;
  reason(deep, "would take too much memory");
  deep.mixed = true;  // half of it in 16 bits
  CHECK(chosen(conv2d_backward_data_table(), deep, all) ==
        "conv2d.bwd_data.cpu.winograd6_int16.avx512vnni");
}

TEST_CASE("a conv2d kernel that the machine lacks is refused by name, with the reason") {
  CHECK_THROWS_WITH_AS(
      select(conv2d_forward_table(), kProblem, Feature::avx2, "conv2d.fwd.cpu.direct.avx512"),
      doctest::Contains("needs avx512, this machine offers avx2"), InputError);
}
#endif

TEST_CASE("without vector instructions conv2d takes the generic kernel, in f64 the reference") {
  CHECK(chosen(conv2d_forward_table(), kProblem, kNone) == "conv2d.fwd.cpu.direct.generic");
  CHECK(chosen(conv2d_backward_data_table(), kProblem, kNone) ==
        "conv2d.bwd_data.cpu.direct.generic");
  Conv2dProblem wide = kProblem;
  wide.dtype = DType::f64;
  CHECK(chosen(conv2d_forward_table(), wide, host_features()) == "conv2d.fwd.cpu.reference");
  CHECK(chosen(conv2d_backward_filter_table(), wide, host_features()) ==
        "conv2d.bwd_filter.cpu.reference");
}

TEST_CASE(
    "a GPU takes Winograd for frozen 3x3 filters, first for few channels, direct for the rest") {
  const auto forward = conv2d_forward_table();
  const auto backward = conv2d_backward_data_table();
  for (DeviceType device : {DeviceType::simt, DeviceType::cuda}) {
    const Features sm80 = Features(Feature::sm80).on(device), old = kNone.on(device);
    Conv2dProblem frozen = kProblem, first = kProblem, strided = kProblem, wide = kProblem;
    frozen.filter_cached = true;
    first.ic = 3;
    strided.params.stride = 2;
    wide.dtype = DType::f64;
    const auto ours = [](const auto& table, const Conv2dProblem& problem, Features features) {
      // Libraries aside, which come before what they beat.
      for (const auto& kernel : table.kernels) {
        if (kernel.info.backend != Backend::cuda_library &&
            can_serve(kernel, problem, features).ok) {
          return kernel.info.id;
        }
      }
      return std::string_view();
    };
    CHECK(ours(forward, frozen, sm80) == "conv2d.fwd.cuda.winograd4.tf32x3");
    CHECK(ours(backward, frozen, sm80) == "conv2d.bwd_data.cuda.winograd4.tf32x3");
    CHECK(ours(forward, kProblem, sm80) == "conv2d.fwd.cuda.implicit_gemm.tf32x3");
    CHECK(ours(forward, frozen, old) == "conv2d.fwd.cuda.tiled");
    CHECK(ours(backward, frozen, old) == "conv2d.bwd_data.cuda.tiled");
    CHECK(ours(forward, first, sm80) == "conv2d.fwd.cuda.first");
    CHECK(ours(backward, first, sm80) == "conv2d.bwd_data.cuda.first");
    CHECK(ours(forward, strided, sm80) == "conv2d.fwd.cuda.implicit_gemm.tf32x3");
    CHECK(ours(backward, strided, sm80) == "conv2d.bwd_data.cuda.direct");
    CHECK(ours(forward, strided, old) == "conv2d.fwd.cuda.direct");
    CHECK(ours(forward, wide, sm80) == "conv2d.fwd.cuda.direct");
    const auto filter = conv2d_backward_filter_table();
    CHECK(ours(filter, kProblem, sm80) == "conv2d.bwd_filter.cuda.implicit_gemm.tf32x3");
    CHECK(ours(filter, strided, old) == "conv2d.bwd_filter.cuda.tiled");
    CHECK(ours(filter, wide, sm80) == "conv2d.bwd_filter.cuda.direct");
  }
}

TEST_CASE("kernels that round their operands need mixed precision, or to be asked for by name") {
  const Features sm80 = Features(Feature::sm80).on(DeviceType::cuda);
  Conv2dProblem problem = kProblem;
  problem.filter_cached = true;
  CHECK_THROWS_WITH_AS(
      select(conv2d_forward_table(), problem, sm80, "conv2d.fwd.cuda.implicit_gemm.bf16"),
      doctest::Contains("mixed precision was not asked for"), InputError);
  problem.mixed = true;
  CHECK(chosen(conv2d_forward_table(), problem, sm80) == "conv2d.fwd.cuda.winograd4.tf32x3");
  CHECK(chosen(conv2d_backward_data_table(), problem, sm80) ==
        "conv2d.bwd_data.cuda.winograd4.tf32");
  Context context({.device = {DeviceType::simt}});
  context.request_kernel("conv2d.fwd", "conv2d.fwd.cuda.implicit_gemm.bf16");
  const Tensor src = Tensor::full({1, 4, 4, 4}, 1).to(context.device());
  const Tensor wei = Tensor::full({2, 1, 1, 4}, 0.25f).to(context.device());
  const Tensor dst = conv2d_forward(context, src, wei, {}, {}).dst.to(Device{});
  CHECK(compare_exact(dst, Tensor::full({1, 4, 4, 2}, 1)).ok);
  CHECK(context.launches().count("conv2d.fwd.cuda.implicit_gemm.bf16") == 1);
  context.request_kernel("conv2d.bwd_filter", "conv2d.bwd_filter.cuda.implicit_gemm.bf16");
  const Tensor grad = Tensor::full({1, 4, 4, 2}, 0.5f).to(context.device());
  const Tensor grad_wei = conv2d_backward_filter(context, src, grad, wei.shape(), {}).to(Device{});
  CHECK(compare_exact(grad_wei, Tensor::full({2, 1, 1, 4}, 8)).ok);
}

TEST_CASE("filter gradients on a GPU need little workspace for any picture") {
  const Features sm80 = Features(Feature::sm80).on(DeviceType::cuda);
  for (std::int64_t channels : {3, 64, 200, 512}) {
    for (std::int64_t side : {1, 30, 256, 1024}) {
      const Conv2dProblem problem{1, side, side, channels, 2 * channels, 3, 3, {.pad = 1}};
      for (const char* name : {"implicit_gemm.tf32x3", "tiled"}) {
        const auto& kernel = select(conv2d_backward_filter_table(), problem, sm80,
                                    std::string("conv2d.bwd_filter.cuda.") + name);
        CHECK(kernel.workspace_bytes(problem, 1) < std::size_t{32} << 20);
      }
    }
  }
}

TEST_CASE("what is fused leads back on a device of its own, too") {
  Context context, device({.device = {DeviceType::simt}});
  const Tensor src = random_tensor({2, 7, 9, 5}, DType::f32, 1);
  const Tensor wei = random_tensor({20, 3, 3, 5}, DType::f32, 2);
  for (const Conv2dParams& params :
       {Conv2dParams{.pad = 1, .relu = true}, Conv2dParams{.relu = true, .pool = PoolKind::max},
        Conv2dParams{.pool = PoolKind::average}}) {
    const Conv2dForward forward = conv2d_forward(context, src, wei, {}, params, true);
    const Shape out{2, forward.mask.shape()[1], forward.mask.shape()[2], 20};
    const Tensor want =
        conv2d_backward_activation(context, {forward.dst, forward.mask}, out, params);
    const Conv2dUpstream upstream(forward.dst.to(device.device()),
                                  forward.mask.to(device.device()));
    const Tensor got = conv2d_backward_activation(device, upstream, out, params);
    CHECK(compare_exact(got.to(Device{}), want).ok);
  }
}

TEST_CASE("backward-data with a stride or few input channels goes by columns") {
  Conv2dProblem strided = kProblem, first_layer = kProblem;
  strided.params.stride = 2;
  first_layer.ic = 3;
  const auto table = conv2d_backward_data_table();
  CHECK(chosen(table, strided, kNone) == "conv2d.bwd_data.cpu.columns.generic");
  CHECK(chosen(table, first_layer, kNone) == "conv2d.bwd_data.cpu.columns.generic");
  CHECK(chosen(conv2d_forward_table(), strided, kNone) == "conv2d.fwd.cpu.direct.generic");
  CHECK_THROWS_WITH_AS(select(table, strided, kNone, "conv2d.bwd_data.cpu.direct.generic"),
                       doctest::Contains("needs stride 1, not 2"), InputError);
  CHECK_THROWS_WITH_AS(select(table, kProblem, kNone, "conv2d.bwd_data.cpu.columns.generic"),
                       doctest::Contains("at most 4 input channels, not 64"), InputError);
}

TEST_CASE("packed filters are made once and keep giving the first filter's result") {
  Context context;
  const Tensor src = random_tensor({1, 8, 8, 16}, DType::f32, 1);
  Tensor wei = random_tensor({32, 3, 3, 16}, DType::f32, 2);
  FilterCache cache;
  CHECK(cache.bytes() == 0);
  const Tensor first = conv2d_forward(context, src, wei, {}, {.pad = 1}, false, &cache).dst;
  const std::size_t one_form = cache.bytes();
  CHECK(one_form >= wei.bytes());
  wei.data<float>()[0] += 1;
  CHECK(compare_exact(conv2d_forward(context, src, wei, {}, {.pad = 1}, false, &cache).dst, first)
            .ok);
  CHECK_FALSE(compare_exact(conv2d_forward(context, src, wei, {}, {.pad = 1}).dst, first).ok);
  CHECK(cache.bytes() == one_form);
  conv2d_backward_data(context, first, wei, src.shape(), {.pad = 1}, &cache);
  CHECK(cache.bytes() == 2 * one_form);
}

TEST_CASE("a steady conv2d allocates its result and nothing else") {
  Context context;
  const Tensor src = random_tensor({1, 8, 8, 16}, DType::f32, 1);
  const Tensor wei = random_tensor({32, 3, 3, 16}, DType::f32, 2);
  const Conv2dParams params{.pad = 1, .pad_mode = PadMode::reflect};
  FilterCache kept;
  for (FilterCache* cache : {&kept, static_cast<FilterCache*>(nullptr)}) {
    Tensor dst;
    for (int i = 0; i < 2; ++i) {
      dst = conv2d_forward(context, src, wei, {}, params, false, cache).dst;
      conv2d_backward_data(context, dst, wei, src.shape(), params, cache);
      conv2d_backward_filter(context, src, dst, wei.shape(), params);
    }
    const std::size_t before = allocator_of({}).stats().allocations;
    dst = conv2d_forward(context, src, wei, {}, params, false, cache).dst;
    conv2d_backward_data(context, dst, wei, src.shape(), params, cache);
    conv2d_backward_filter(context, src, dst, wei.shape(), params);
    CHECK(allocator_of({}).stats().allocations == before + 3);
  }
}

}  // namespace
}  // namespace impasto
