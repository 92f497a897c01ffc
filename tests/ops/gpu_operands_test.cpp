// What the tests of the ops leave out of the GPU kernels: operands that begin at any element, so
// that 16 bytes cannot be read at once, and f64 where the other kernels have none.
#include <doctest/doctest.h>

#include "ops/basis/basis.h"
#include "ops/elementwise/adam.h"
#include "ops/elementwise/elementwise.h"
#include "ops/mse/mse.h"
#include "ops/normalize/normalize.h"
#include "ops/pad/pad.h"
#include "ops/pool2d/pool2d.h"
#include "ops/reduce/reduce.h"
#include "ops/relu/relu.h"
#include "ops/resize/resize.h"
#include "tests/ops/for_kernels.h"
#include "tests/support/compare.h"
#include "tests/support/random_tensors.h"

namespace impasto {
namespace {

using namespace test;

// The same values, from the second element of an allocation on.
Tensor misplaced(const Tensor& tensor) {
  Tensor result = Tensor::empty({tensor.numel() + 1}, tensor.dtype())
                      .slice(1, tensor.numel() + 1)
                      .reshape(tensor.shape());
  gpu::copy(result.raw(), {}, tensor.raw(), {}, tensor.bytes());
  return result;
}

// Calls body(dtype, place): place(tensor) is the tensor or a misplaced copy of it.
template <class Body>
void for_places(Body body) {
  for (DType dtype : {DType::f32, DType::f64}) {
    for (bool moved : {false, true}) {
      CAPTURE(to_string(dtype));
      CAPTURE(moved);
      body(dtype, [moved](const Tensor& tensor) { return moved ? misplaced(tensor) : tensor; });
    }
  }
}

// result(kernel, place) of every GPU kernel, near that of the reference.
template <class Problem, class Args, class Place, class Result>
void check(const KernelTable<Problem, Args>& table, const Problem& problem, Place place,
           Result result) {
  Context context;
  const auto in_place = [](const Tensor& tensor) { return tensor; };
  const Tensor want = result(context, table.kernels.back(), in_place);
  int gpu_kernels = 0;
  for_kernels(context, table, problem, [&](const auto& kernel) {
    if (kernel.info.backend == Backend::cpu) return;
    ++gpu_kernels;
    const double epsilon = problem.dtype == DType::f32 ? 1e-6 : 1e-14;
    const Comparison comparison =
        compare(result(context, kernel, place), want, epsilon * max_abs(want));
    CHECK_MESSAGE(comparison.ok, comparison.message);
  });
  CHECK((gpu_kernels > 0 || is_sampling()));
}

TEST_CASE("GPU kernels that stream take operands that begin anywhere") {
  for_places([](DType dtype, auto place) {
    const std::int64_t count = 1003;
    const Tensor a = random_tensor({count}, dtype, 1), b = random_tensor({count}, dtype, 2);
    const auto out = [&](auto at) { return at(poisoned({count}, dtype)); };
    const ElementwiseProblem linear{ElementwiseKind::linear, count, 0.5, -3, true, dtype};
    check(elementwise_table(), linear, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor dst = out(at);
      run_kernel(c, kernel, linear, {at(a), at(b), dst});
      return dst;
    });
    const Tensor scalars = Tensor::from<double>({3}, {0.01, 0.05, kAdamLaterStep});
    const AdamProblem adam{count, {}, dtype};
    check(adam_table(), adam, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor m = at(b.clone()), v = at(Tensor::full({count}, 0.5, dtype)), x = at(b.clone());
      run_kernel(c, kernel, adam, {scalars, at(a), m, v, x});
      return x;
    });
    const BasisProblem basis{2, 0, count, dtype};
    check(store_table(), basis, place, [&](Context& c, const auto& kernel, auto at) {
      const std::vector<Tensor> slots = {out(at), out(at)};
      run_kernel(c, kernel, basis, {Tensor::scalar(1, DType::f64), at(a), slots});
      return slots[1];
    });
    const ReduceProblem dot{ReduceKind::dot, count, dtype};
    check(reduce_table(), dot, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor value = poisoned({}, DType::f64);
      run_kernel(c, kernel, dot, {at(a), at(b), value});
      return value;
    });
    const MseProblem mse{count, 0.5, dtype};
    check(mse_forward_table(), mse, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor value = poisoned({}, DType::f64), difference = out(at);
      run_kernel(c, kernel, mse, {at(a), at(b), value, difference});
      return difference;
    });
    check(mse_backward_table(), mse, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor grad = at(b.clone());
      run_kernel(c, kernel, mse, {at(a), Tensor::scalar(-1.5, DType::f64), grad, true});
      return grad;
    });
  });
}

TEST_CASE("the GPU kernels of relu take operands that begin anywhere") {
  for_places([](DType dtype, auto place) {
    const ReluProblem p{1003, dtype};
    const Tensor src = random_tensor({p.count}, dtype, 1);
    Tensor mask = Tensor::empty({p.count}, DType::bits);
    const auto forward = [&](Context& c, const auto& kernel, auto at) {
      Tensor dst = at(poisoned({p.count}, dtype));
      run_kernel(c, kernel, p, {at(src), dst, &mask});
      return dst;
    };
    check(relu_forward_table(), p, place, forward);
    check(relu_backward_table(), p, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor grad = at(poisoned({p.count}, dtype));
      run_kernel(c, kernel, p, {at(src), mask, grad});
      return grad;
    });
  });
}

TEST_CASE("the GPU kernels of pooling take operands that begin anywhere") {
  for (const Shape& shape : {Shape{1, 6, 7, 8}, Shape{2, 5, 4, 3}}) {
    for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
      for_places([&](DType dtype, auto place) {
        const Pool2dProblem p{shape[0], shape[1], shape[2], shape[3], kind, dtype};
        const Shape pooled{p.n, p.h / 2, p.w / 2, p.c};
        const Tensor src = random_tensor(shape, dtype, 1), grad = random_tensor(pooled, dtype, 2);
        Tensor codes = Tensor::empty({p.n, p.h / 2, p.w / 2, p.c, 2}, DType::bits);
        const bool max = kind == PoolKind::max;
        check(pool2d_forward_table(), p, place, [&](Context& c, const auto& kernel, auto at) {
          Tensor dst = at(poisoned(pooled, dtype));
          run_kernel(c, kernel, p, {at(src), dst, max ? &codes : nullptr});
          return dst;
        });
        check(pool2d_backward_table(), p, place, [&](Context& c, const auto& kernel, auto at) {
          Tensor grad_src = at(poisoned(shape, dtype));
          run_kernel(c, kernel, p, {at(grad), max ? codes : Tensor(), grad_src});
          return grad_src;
        });
      });
    }
  }
}

TEST_CASE("the GPU kernels of pad take operands that begin anywhere") {
  for_places([](DType dtype, auto place) {
    const PadProblem p{2, 5, 6, 8, {1, 2, 3, 4, PadMode::reflect}, dtype};
    const Shape shape{2, 5, 6, 8}, padded{2, 8, 13, 8};
    const auto run = [&](const Shape& from, const Shape& to) {
      return
          [&p, to, src = random_tensor(from, p.dtype, 1)](Context& c, const auto& kernel, auto at) {
            Tensor dst = at(poisoned(to, p.dtype));
            run_kernel(c, kernel, p, {at(src), dst});
            return dst;
          };
    };
    check(pad_forward_table(), p, place, run(shape, padded));
    check(pad_backward_table(), p, place, run(padded, shape));
  });
}

TEST_CASE("the GPU kernels of resampling take operands that begin anywhere") {
  for (ResizeMode mode : {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                          ResizeMode::bicubic, ResizeMode::lanczos}) {
    for_places([&](DType dtype, auto place) {
      const ResizeProblem p{2, 6, 11, 8, 9, 4, mode, dtype};
      const auto run = [&](const Shape& from, const Shape& to) {
        return [&p, to, src = random_tensor(from, p.dtype, 1)](Context& c, const auto& kernel,
                                                               auto at) {
          Tensor dst = at(poisoned(to, p.dtype));
          run_kernel(c, kernel, p, {at(src), dst});
          return dst;
        };
      };
      check(resize_forward_table(), p, place, run({2, 6, 11, 8}, {2, 9, 4, 8}));
      check(resize_backward_table(), p, place, run({2, 9, 4, 8}, {2, 6, 11, 8}));
    });
  }
}

TEST_CASE("the GPU kernels of instance norm take operands that begin anywhere") {
  for_places([](DType dtype, auto place) {
    const InstanceNormProblem p{2, 77, 8, 1e-5, dtype};
    const Shape shape{2, 77, 1, 8};
    const Tensor src = random_tensor(shape, dtype, 1), grad = random_tensor(shape, dtype, 2);
    const Tensor gamma = random_tensor({8}, dtype, 3), beta = random_tensor({8}, dtype, 4);
    Tensor mean = poisoned({2, 8}, dtype), rstd = poisoned({2, 8}, dtype);
    check(instance_norm_forward_table(), p, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor dst = at(poisoned(shape, dtype));
      run_kernel(c, kernel, p, {at(src), at(gamma), at(beta), dst, mean, rstd});
      return dst;
    });
    check(instance_norm_backward_table(), p, place, [&](Context& c, const auto& kernel, auto at) {
      Tensor grad_src = at(poisoned(shape, dtype)), grad_gamma = at(poisoned({8}, dtype));
      Tensor grad_beta = at(poisoned({8}, dtype));
      run_kernel(c, kernel, p,
                 {at(src), at(grad), at(gamma), mean, rstd, grad_src, grad_gamma, grad_beta});
      return grad_src;
    });
  });
}

}  // namespace
}  // namespace impasto
