// A vector into one of many, by the processor: a copy, in blocks over the threads.
#include <algorithm>
#include <cmath>

#include "ops/basis/basis_kernels.h"
#include "ops/reference.h"

namespace impasto::basis_kernels {
namespace {

constexpr std::int64_t kGrain = 65536;  // elements of a task

}  // namespace

Tensor slot_of(const StoreArgs& args) {
  const double index = *args.index.data<double>();
  if (index < 0) return {};
  IMPASTO_CHECK(index < static_cast<double>(args.slots.size()) && index == std::floor(index),
                "store: index {} of {} slots", index, args.slots.size());
  return args.slots[static_cast<std::size_t>(index)];
}

void store_copy(Context& context, const BasisProblem& problem, const StoreArgs& args, void*) {
  Tensor slot = slot_of(args);
  if (!slot.defined() || slot.raw() == args.src.raw()) return;
  dispatch_float(problem.dtype, [&]<class T>(T*) {
    const T* src = args.src.data<T>();
    T* dst = slot.data<T>();
    parallel_for(context.threads(), problem.count, kGrain,
                 [=](std::int64_t begin, std::int64_t end) {
                   std::copy(src + begin, src + end, dst + begin);
                 });
  });
}

}  // namespace impasto::basis_kernels
