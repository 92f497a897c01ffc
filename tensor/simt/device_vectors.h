// CUDA's short vectors on the host, with CUDA's alignment: one aligned access each.
#pragma once

#include "tensor/simt/state.h"

namespace impasto::gpu {
inline namespace IMPASTO_GPU {

using uint3 = ::impasto::simt::Index3;
using dim3 = ::impasto::simt::Dim3;

struct alignas(8) float2 {
  float x, y;
};
struct float3 {
  float x, y, z;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) double2 {
  double x, y;
};

__forceinline__ float2 make_float2(float x, float y) {
  return {x, y};
}
__forceinline__ float3 make_float3(float x, float y, float z) {
  return {x, y, z};
}
__forceinline__ float4 make_float4(float x, float y, float z, float w) {
  return {x, y, z, w};
}
__forceinline__ int2 make_int2(int x, int y) {
  return {x, y};
}
__forceinline__ int4 make_int4(int x, int y, int z, int w) {
  return {x, y, z, w};
}
__forceinline__ uint2 make_uint2(unsigned x, unsigned y) {
  return {x, y};
}
__forceinline__ uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) {
  return {x, y, z, w};
}
__forceinline__ double2 make_double2(double x, double y) {
  return {x, y};
}

}  // namespace IMPASTO_GPU
}  // namespace impasto::gpu
