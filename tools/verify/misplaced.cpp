// Operands that begin at any element, so that 16 bytes cannot be read at once, and f64 where the
// other cases have none.
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
#include "tests/support/random_tensors.h"
#include "tools/verify/cases.h"

namespace impasto::verify {
namespace {

using namespace test;

constexpr DType kDTypes[] = {DType::f32, DType::f64};

// call(run) makes outputs, calls run(args) and returns one of the outputs: the reference's and
// every kernel's must be near, wherever the operands begin.
template <class Problem, class Args, class Call>
void check(Session& s, const KernelTable<Problem, Args>& table, const Problem& problem, Call call) {
  const Tensor want = call([&](const Args& args) { s.reference(table, problem, args); });
  const double tolerance = (problem.dtype == DType::f32 ? 1e-6 : 1e-14) * max_abs(want);
  for (Place place : {Place::aligned, Place::anywhere}) {
    s.for_kernels(table, problem, [&](auto& kernel) {
      const Tensor got = call([&](const Args& args) { kernel.run(args, place); });
      kernel.check("takes operands that begin anywhere", compare(got, want, tolerance));
    });
  }
}

void elementwise(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), b = s.normal({1003}, dtype, 2);
    const ElementwiseProblem p{ElementwiseKind::linear, 1003, 0.5, -3, true, dtype};
    check(s, elementwise_table(), p, [&](auto run) {
      Tensor dst = poisoned({1003}, dtype);
      run({a, b, dst});
      return dst;
    });
  }
}

void adam(Session& s) {
  const Tensor scalars = Tensor::from<double>({3}, std::vector<double>{0.01, 0.05, kAdamLaterStep});
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), b = s.normal({1003}, dtype, 2);
    check(s, adam_table(), {1003, {}, dtype}, [&](auto run) {
      Tensor m = b.clone(), v = Tensor::full({1003}, 0.5, dtype), x = b.clone();
      run({scalars, a, m, v, x});
      return x;
    });
  }
}

void store(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), index = Tensor::scalar(1, DType::f64);
    check(s, store_table(), {2, 0, 1003, dtype}, [&](auto run) {
      const std::vector<Tensor> slots = {poisoned({1003}, dtype), poisoned({1003}, dtype)};
      run({index, a, slots});
      return slots[1];
    });
  }
}

void reduce(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), b = s.normal({1003}, dtype, 2);
    check(s, reduce_table(), {ReduceKind::dot, 1003, dtype}, [&](auto run) {
      Tensor value = poisoned({}, DType::f64);
      run({a, b, value});
      return value;
    });
  }
}

void reduce_rows(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({59, 17}, dtype, 1);
    check(s, reduce_rows_table(), {59, 17, dtype}, [&](auto run) {
      Tensor dst = poisoned({17}, dtype);
      run({a, dst});
      return dst;
    });
  }
}

void mse(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), b = s.normal({1003}, dtype, 2);
    check(s, mse_forward_table(), {1003, 0.5, dtype}, [&](auto run) {
      Tensor value = poisoned({}, DType::f64), difference = poisoned({1003}, dtype);
      run({a, b, value, difference});
      return difference;
    });
  }
}

void mse_backward(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor a = s.normal({1003}, dtype, 1), b = s.normal({1003}, dtype, 2);
    const Tensor upstream = Tensor::scalar(-1.5, DType::f64);
    check(s, mse_backward_table(), {1003, 0.5, dtype}, [&](auto run) {
      Tensor grad = b.clone();
      run({a, upstream, grad, true});
      return grad;
    });
  }
}

void relu(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor src = s.normal({1003}, dtype, 1);
    check(s, relu_forward_table(), {1003, dtype}, [&](auto run) {
      Tensor dst = poisoned({1003}, dtype), mask = Tensor::empty({1003}, DType::bits);
      run({src, dst, &mask});
      return dst;
    });
  }
}

void relu_backward(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor grad_dst = s.normal({1003}, dtype, 1);
    const Tensor mask = relu_forward(s.context(), s.normal({1003}, dtype, 2), true).mask;
    check(s, relu_backward_table(), {1003, dtype}, [&](auto run) {
      Tensor grad_src = poisoned({1003}, dtype);
      run({grad_dst, mask, grad_src});
      return grad_src;
    });
  }
}

// body(problem) for both kinds, types, and channels on and off a vector's width.
template <class Body>
void for_pools(Body body) {
  for (const Shape& shape : {Shape{1, 6, 7, 8}, Shape{2, 5, 4, 3}}) {
    for (PoolKind kind : {PoolKind::max, PoolKind::average}) {
      for (DType dtype : kDTypes) {
        body(Pool2dProblem{shape[0], shape[1], shape[2], shape[3], kind, dtype});
      }
    }
  }
}

void pool2d(Session& s) {
  for_pools([&](const Pool2dProblem& p) {
    const Tensor src = s.normal({p.n, p.h, p.w, p.c}, p.dtype, 1);
    Tensor codes = Tensor::empty({p.n, p.h / 2, p.w / 2, p.c, 2}, DType::bits);
    check(s, pool2d_forward_table(), p, [&](auto run) {
      Tensor dst = poisoned({p.n, p.h / 2, p.w / 2, p.c}, p.dtype);
      run({src, dst, p.kind == PoolKind::max ? &codes : nullptr});
      return dst;
    });
  });
}

void pool2d_backward(Session& s) {
  for_pools([&](const Pool2dProblem& p) {
    const Tensor src = s.normal({p.n, p.h, p.w, p.c}, p.dtype, 1);
    const Tensor grad = s.normal({p.n, p.h / 2, p.w / 2, p.c}, p.dtype, 2);
    const Tensor codes = pool2d_forward(s.context(), src, p.kind, true).codes;
    check(s, pool2d_backward_table(), p, [&](auto run) {
      Tensor grad_src = poisoned(src.shape(), p.dtype);
      run({grad, codes, grad_src});
      return grad_src;
    });
  });
}

// For ops whose kernels read one map and write another.
template <class Problem, class Args>
void check_map(Session& s, const KernelTable<Problem, Args>& table, const Problem& p,
               const Shape& from, const Shape& to) {
  const Tensor src = s.normal(from, p.dtype, 1);
  check(s, table, p, [&](auto run) {
    Tensor dst = poisoned(to, p.dtype);
    run({src, dst});
    return dst;
  });
}

void check_pad(Session& s, const KernelTable<PadProblem, PadArgs>& table, bool forward) {
  const Shape shape{2, 5, 6, 8}, padded{2, 8, 13, 8};
  for (DType dtype : kDTypes) {
    const PadProblem p{2, 5, 6, 8, {1, 2, 3, 4, PadMode::reflect}, dtype};
    check_map(s, table, p, forward ? shape : padded, forward ? padded : shape);
  }
}

void check_resize(Session& s, const KernelTable<ResizeProblem, ResizeArgs>& table, bool forward) {
  const Shape shape{2, 6, 11, 8}, resized{2, 9, 4, 8};
  for (ResizeMode mode : {ResizeMode::nearest, ResizeMode::bilinear, ResizeMode::area,
                          ResizeMode::bicubic, ResizeMode::lanczos}) {
    for (DType dtype : kDTypes) {
      const ResizeProblem p{2, 6, 11, 8, 9, 4, mode, dtype};
      check_map(s, table, p, forward ? shape : resized, forward ? resized : shape);
    }
  }
}

void instance_norm(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor src = s.normal({2, 77, 1, 8}, dtype, 1);
    const Tensor gamma = s.normal({8}, dtype, 3), beta = s.normal({8}, dtype, 4);
    check(s, instance_norm_forward_table(), {2, 77, 8, 1e-5, dtype}, [&](auto run) {
      Tensor dst = poisoned(src.shape(), dtype);
      Tensor mean = poisoned({2, 8}, dtype), rstd = poisoned({2, 8}, dtype);
      run({src, gamma, beta, dst, mean, rstd});
      return dst;
    });
  }
}

void instance_norm_backward(Session& s) {
  for (DType dtype : kDTypes) {
    const Tensor src = s.normal({2, 77, 1, 8}, dtype, 1), grad = s.normal(src.shape(), dtype, 2);
    const Tensor gamma = s.normal({8}, dtype, 3), beta = s.normal({8}, dtype, 4);
    const InstanceNormForward saved = instance_norm_forward(s.context(), src, gamma, beta);
    check(s, instance_norm_backward_table(), {2, 77, 8, 1e-5, dtype}, [&](auto run) {
      Tensor grad_src = poisoned(src.shape(), dtype);
      Tensor grad_gamma = poisoned({8}, dtype), grad_beta = poisoned({8}, dtype);
      run({src, grad, gamma, saved.mean, saved.rstd, grad_src, grad_gamma, grad_beta});
      return grad_src;
    });
  }
}

constexpr std::string_view kWhat = "takes operands that begin anywhere";
constexpr Case kCases[] = {
    {"basis.store", kWhat, store},
    {"elementwise.adam", kWhat, adam},
    {"elementwise.map", kWhat, elementwise},
    {"mse.fwd", kWhat, mse},
    {"mse.bwd", kWhat, mse_backward},
    {"instance_norm.fwd", kWhat, instance_norm},
    {"instance_norm.bwd", kWhat, instance_norm_backward},
    {"pad.fwd", kWhat, [](Session& s) { check_pad(s, pad_forward_table(), true); }},
    {"pad.bwd", kWhat, [](Session& s) { check_pad(s, pad_backward_table(), false); }},
    {"pool2d.fwd", kWhat, pool2d},
    {"pool2d.bwd", kWhat, pool2d_backward},
    {"reduce.all", kWhat, reduce},
    {"reduce.rows", kWhat, reduce_rows},
    {"relu.fwd", kWhat, relu},
    {"relu.bwd", kWhat, relu_backward},
    {"resize.fwd", kWhat, [](Session& s) { check_resize(s, resize_forward_table(), true); }},
    {"resize.bwd", kWhat, [](Session& s) { check_resize(s, resize_backward_table(), false); }},
};

}  // namespace

Cases misplaced_cases() {
  return kCases;
}

}  // namespace impasto::verify
