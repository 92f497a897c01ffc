// How exactly an iteration multiplies, by the name that results have for it:
//
//   f32     what selection picks: f32, or products as exact as f32's
//   mixed   the gradient's products may round; selection picks
//   tf32    forward implicit_gemm.tf32, backward what selection picks of mixed precision
//   bf16    implicit_gemm.bf16 both ways
//   f16     forward implicit_gemm.f16; backward as tf32, because gradients are below f16's range
//   library_f32, library_tf32    convolutions by cuDNN, Gram matrices by cuBLAS
//
// Sums are f32 or wider in all of them, and Gram matrices but for the library's are as in f32. On
// the cpu there are the first two.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tensor/context.h"

namespace impasto::bench {

struct MathMode {
  struct Request {
    std::string_view table, kernel;
  };
  std::string_view name;
  Precision precision = Precision::f32;
  std::vector<Request> requests;
};

const MathMode& math_mode(std::string_view name);  // throws InputError

}  // namespace impasto::bench
