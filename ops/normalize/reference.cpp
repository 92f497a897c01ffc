// One picture's channel at a time, everything in double.
#include "ops/reference.h"

#include <cmath>

#include "ops/normalize/normalize_kernels.h"

namespace impasto::normalize_kernels {

void forward_reference(Context&, const InstanceNormProblem& p, const InstanceNormForwardArgs& args,
                       void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const auto count = static_cast<double>(p.m);
    for (std::int64_t n = 0; n < p.n; ++n) {
      for (std::int64_t c = 0; c < p.c; ++c) {
        const T* src = args.src.data<T>() + n * p.m * p.c + c;
        T* dst = args.dst.data<T>() + n * p.m * p.c + c;
        double mean = 0, variance = 0;
        for (std::int64_t i = 0; i < p.m; ++i) mean += static_cast<double>(src[i * p.c]);
        mean /= count;
        for (std::int64_t i = 0; i < p.m; ++i) {
          const double centred = static_cast<double>(src[i * p.c]) - mean;
          variance += centred * centred;
        }
        variance /= count;
        const double rstd = 1 / std::sqrt(variance + p.epsilon);
        const auto gamma = static_cast<double>(args.gamma.data<T>()[c]);
        const auto beta = static_cast<double>(args.beta.data<T>()[c]);
        for (std::int64_t i = 0; i < p.m; ++i) {
          const double centred = static_cast<double>(src[i * p.c]) - mean;
          dst[i * p.c] = static_cast<T>(gamma * centred * rstd + beta);
        }
        args.mean.data<T>()[n * p.c + c] = static_cast<T>(mean);
        args.rstd.data<T>()[n * p.c + c] = static_cast<T>(rstd);
      }
    }
  });
}

void backward_reference(Context&, const InstanceNormProblem& p,
                        const InstanceNormBackwardArgs& args, void*) {
  dispatch_float(p.dtype, [&]<class T>(T*) {
    const auto count = static_cast<double>(p.m);
    for (std::int64_t c = 0; c < p.c; ++c) {
      double grad_gamma = 0, grad_beta = 0;
      for (std::int64_t n = 0; n < p.n; ++n) {
        const T* src = args.src.data<T>() + n * p.m * p.c + c;
        const T* grad_dst = args.grad_dst.data<T>() + n * p.m * p.c + c;
        T* grad_src = args.grad_src.data<T>() + n * p.m * p.c + c;
        const auto mean = static_cast<double>(args.mean.data<T>()[n * p.c + c]);
        const auto rstd = static_cast<double>(args.rstd.data<T>()[n * p.c + c]);
        const auto gamma = static_cast<double>(args.gamma.data<T>()[c]);
        const auto normalised = [&](std::int64_t i) {
          return (static_cast<double>(src[i * p.c]) - mean) * rstd;
        };
        double sum = 0, product = 0;  // of grad_dst, of grad_dst * normalised
        for (std::int64_t i = 0; i < p.m; ++i) {
          const auto grad = static_cast<double>(grad_dst[i * p.c]);
          sum += grad;
          product += grad * normalised(i);
        }
        for (std::int64_t i = 0; i < p.m; ++i) {
          const auto grad = static_cast<double>(grad_dst[i * p.c]);
          grad_src[i * p.c] =
              static_cast<T>(gamma * rstd * (grad - (sum + normalised(i) * product) / count));
        }
        grad_beta += sum;
        grad_gamma += product;
      }
      args.grad_gamma.data<T>()[c] = static_cast<T>(grad_gamma);
      args.grad_beta.data<T>()[c] = static_cast<T>(grad_beta);
    }
  });
}

}  // namespace impasto::normalize_kernels
