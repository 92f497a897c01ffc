// Descent's decisions on a GPU. The guard and Adam's numbers are a thread's work. L-BFGS takes one
// block: both loops of the recursion go from pair to pair, but what a pair contributes to all
// others is theirs alone, a thread each, so a step of a loop costs one barrier. With m pairs, 2 m
// barriers and 3 m^2 multiply-adds.
#include <math.h>

#include "ops/descent/adam_rules.h"
#include "ops/descent/cuda_kernels.h"
#include "tensor/cuda/kernel.h"
#include "tensor/cuda/warp.h"

namespace impasto::descent_kernels::IMPASTO_GPU {
namespace {

using namespace guard;

constexpr int kThreads = 128;
constexpr std::size_t kMaxShared = 40 * 1024;  // bytes of dynamic shared memory, without asking

__global__ void guard_kernel(GuardLaunch p) {
  if (threadIdx.x != 0) return;
  if (p.moved) {
    after_move(p.state, *p.nonfinite);
  } else {
    after_evaluation(p.state, *p.loss, *p.nonfinite, *p.largest, p.tolerance);
  }
}

__global__ void adam_kernel(AdamPlanLaunch p) {
  if (threadIdx.x == 0) plan_adam(p.state, p.orders, {p.learning_rate, p.beta1, p.beta2});
}

// What each thread of the block knows of the memory, and the arrays that they share, by age.
struct Memory {
  std::int64_t pairs, newest;
  bool is_new;  // the newest pair is not in its slot yet
  bool fresh;
  double scale;
  double* alpha;
  double* of_s;
  double* sums;
};

__device__ double with_y(const LbfgsLaunch& p, std::int64_t row) {
  return p.products[2 * row];
}
__device__ double with_g(const LbfgsLaunch& p, std::int64_t row) {
  return p.products[2 * row + 1];
}

__device__ std::int64_t slot_of(const LbfgsLaunch& p, const Memory& m, std::int64_t age) {
  return p.layout.slot(m.newest, m.pairs, age);
}
__device__ double s_dot_g(const LbfgsLaunch& p, const Memory& m, std::int64_t age) {
  const bool is_new = m.is_new && age == m.pairs - 1;
  return with_g(p, is_new ? LbfgsLayout::kMoveRow : LbfgsLayout::s_row(slot_of(p, m, age)));
}
__device__ double y_dot_g(const LbfgsLaunch& p, const Memory& m, std::int64_t age) {
  const bool is_new = m.is_new && age == m.pairs - 1;
  return with_g(p, is_new ? LbfgsLayout::kChangeRow : LbfgsLayout::y_row(slot_of(p, m, age)));
}
__device__ double s_dot_y(const LbfgsLaunch& p, const Memory& m, std::int64_t older,
                          std::int64_t newer) {
  const std::int64_t at = slot_of(p, m, newer) * p.layout.capacity + slot_of(p, m, older);
  return p.state[p.layout.with_s() + at];
}
__device__ double y_dot_y(const LbfgsLaunch& p, const Memory& m, std::int64_t a, std::int64_t b) {
  const std::int64_t at = slot_of(p, m, b) * p.layout.capacity + slot_of(p, m, a);
  return p.state[p.layout.with_y() + at];
}

// Every thread takes part, and all see what was written when it returns, as after both loops.
__device__ void learn(const LbfgsLaunch& p, Memory& m) {
  m.fresh = false;
  const double curvature = with_y(p, LbfgsLayout::kMoveRow);
  if (!(curvature > kMinCurvature)) return;
  const double y_squared = with_y(p, LbfgsLayout::kChangeRow);
  const std::int64_t capacity = p.layout.capacity, to = (m.newest + 1) % capacity;
  m.newest = to;
  m.pairs = m.pairs + 1 < capacity ? m.pairs + 1 : capacity;
  m.is_new = true;
  m.scale = curvature / y_squared;
  double* s_products = p.state + p.layout.with_s();
  double* y_products = p.state + p.layout.with_y();
  for (std::int64_t age = threadIdx.x; age < m.pairs; age += kThreads) {
    const std::int64_t other = slot_of(p, m, age);
    const bool own = other == to;
    const double y_value = own ? y_squared : with_y(p, LbfgsLayout::y_row(other));
    s_products[to * capacity + other] = own ? curvature : with_y(p, LbfgsLayout::s_row(other));
    y_products[to * capacity + other] = y_value;
    y_products[other * capacity + to] = y_value;
  }
  __syncthreads();
}

// alpha_j, newest first; each is taken from the sums of all older ones.
__device__ void first_loop(const LbfgsLaunch& p, const Memory& m) {
  for (std::int64_t i = threadIdx.x; i < m.pairs; i += kThreads) m.sums[i] = s_dot_g(p, m, i);
  __syncthreads();
  for (std::int64_t j = m.pairs - 1; j >= 0; --j) {
    const double alpha = m.sums[j] / s_dot_y(p, m, j, j);
    if (threadIdx.x == 0) m.alpha[j] = alpha;
    for (std::int64_t i = threadIdx.x; i < j; i += kThreads) {
      m.sums[i] -= alpha * s_dot_y(p, m, i, j);
    }
    __syncthreads();
  }
}

// alpha_j - beta_j, oldest first; each is added to the sums of all newer ones.
__device__ void second_loop(const LbfgsLaunch& p, const Memory& m) {
  for (std::int64_t i = threadIdx.x; i < m.pairs; i += kThreads) {
    double sum = y_dot_g(p, m, i);
    for (std::int64_t j = m.pairs - 1; j >= 0; --j) sum -= m.alpha[j] * y_dot_y(p, m, i, j);
    m.sums[i] = sum * m.scale;
  }
  __syncthreads();
  for (std::int64_t j = 0; j < m.pairs; ++j) {
    const double of_s = m.alpha[j] - m.sums[j] / s_dot_y(p, m, j, j);
    if (threadIdx.x == 0) m.of_s[j] = of_s;
    for (std::int64_t i = j + 1 + threadIdx.x; i < m.pairs; i += kThreads) {
      m.sums[i] += of_s * s_dot_y(p, m, j, i);
    }
    __syncthreads();
  }
}

// The same in every thread.
__device__ double g_dot_h_g(const LbfgsLaunch& p, const Memory& m) {
  double sum = threadIdx.x == 0 ? m.scale * with_g(p, LbfgsLayout::kGradientRow) : 0;
  for (std::int64_t i = threadIdx.x; i < m.pairs; i += kThreads) {
    sum += m.of_s[i] * s_dot_g(p, m, i) - m.scale * m.alpha[i] * y_dot_g(p, m, i);
  }
  IMPASTO_SHARED(double, total, [1]);
  const double whole = block_sum<kThreads>(sum);
  if (threadIdx.x == 0) total[0] = whole;
  __syncthreads();
  return total[0];
}

__device__ void forget(Memory& m) {
  m.pairs = 0;
  m.fresh = true;
  m.scale = 1;
}

__device__ double length(const LbfgsLaunch& p, const Memory& m) {
  if (!p.scaled) return 1;
  const double inverse = m.fresh ? 1 / *p.abs_sum : 1;
  return p.learning_rate * p.orders[kStepScale] * (inverse < 1 ? inverse : 1);
}

// Weights and the rows in use, which are all zero before.
__device__ void write_rows(const LbfgsLaunch& p, const Memory& m, double step) {
  double* weights = p.state + LbfgsLayout::kWeights;
  double* active = p.state + p.layout.active();
  for (std::int64_t age = threadIdx.x; age < m.pairs; age += kThreads) {
    const std::int64_t slot = slot_of(p, m, age);
    active[LbfgsLayout::s_row(slot)] = 1;
    active[LbfgsLayout::y_row(slot)] = 1;
    if (step == 0) continue;
    weights[LbfgsLayout::s_row(slot)] = -step * m.of_s[age];
    weights[LbfgsLayout::y_row(slot)] = step * m.scale * m.alpha[age];
  }
  if (threadIdx.x != 0) return;
  for (std::int64_t row = 0; row < LbfgsLayout::rows(0); ++row) active[row] = 1;
  weights[LbfgsLayout::kGradientRow] = -step * m.scale;
  p.state[LbfgsLayout::kPairs] = static_cast<double>(m.pairs);
  p.state[LbfgsLayout::kNewest] = static_cast<double>(m.newest);
  p.state[LbfgsLayout::kScale] = m.scale;
  p.state[LbfgsLayout::kFresh] = m.fresh ? 1 : 0;
  p.state[LbfgsLayout::kStore] = m.is_new ? static_cast<double>(m.newest) : -1;
}

__global__ void __launch_bounds__(kThreads) lbfgs_kernel(LbfgsLaunch p) {
  IMPASTO_DYNAMIC_SHARED(double, shared);
  double* work = p.work == nullptr ? shared : p.work;
  const std::int64_t capacity = p.layout.capacity;
  Memory m = {static_cast<std::int64_t>(p.state[LbfgsLayout::kPairs]),
              static_cast<std::int64_t>(p.state[LbfgsLayout::kNewest]),
              false,
              p.state[LbfgsLayout::kFresh] != 0,
              p.state[LbfgsLayout::kScale],
              work,
              work + capacity,
              work + 2 * capacity};
  __syncthreads();  // all have read the state
  if (p.orders[kForget] != 0) forget(m);
  for (std::int64_t i = threadIdx.x; i < 2 * LbfgsLayout::rows(capacity); i += kThreads) {
    p.state[LbfgsLayout::kWeights + i] = 0;
  }
  __syncthreads();
  if (p.orders[kOffers] != 0) learn(p, m);
  double step = 0;
  if (p.orders[kMoving] != 0) {
    first_loop(p, m);
    second_loop(p, m);
    const double along = g_dot_h_g(p, m);
    if (!(along > 0 && is_finite_number(along))) forget(m);
    step = length(p, m);
  }
  write_rows(p, m, step);
}

}  // namespace

void guard(const GpuQueue& queue, const GuardLaunch& p) {
  launch(queue, {"descent.guard.cuda.thread", dim3(1), dim3(1), 0}, guard_kernel, p);
}

void lbfgs(const GpuQueue& queue, const LbfgsLaunch& p) {
  const std::size_t bytes =
      static_cast<std::size_t>(kWorkPerPair * p.layout.capacity) * sizeof(double);
  LbfgsLaunch launched = p;
  const bool fits = bytes <= kMaxShared;
  if (fits) launched.work = nullptr;
  launch(queue, {"descent.lbfgs.cuda.block", dim3(1), dim3(kThreads), fits ? bytes : 0},
         lbfgs_kernel, launched);
}

void adam(const GpuQueue& queue, const AdamPlanLaunch& p) {
  launch(queue, {"descent.adam.cuda.thread", dim3(1), dim3(1), 0}, adam_kernel, p);
}

}  // namespace impasto::descent_kernels::IMPASTO_GPU
