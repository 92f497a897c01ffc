// What the rest of the framework asks of a device: memory there, copies, what it can do. Plain C++;
// a build without CUDA has the same functions, which say so when they are asked for a GPU.
#pragma once

#include <cstddef>

#include "tensor/allocator.h"
#include "tensor/cuda/queue.h"
#include "tensor/device.h"

namespace impasto::gpu {

// Compute capability as one number: 90 for 9.0.
int compute_capability(Device device);

Allocator& allocator(Device device);
GpuQueue queue(Device device);  // of this thread's work on that GPU

// Between any two devices, complete on return; after all work queued there before. While a device
// is recorded (gpu_graph.h), what stays on it is part of the recording, and a copy to it or from it
// throws Error.
void copy(void* dst, Device to, const void* src, Device from, std::size_t bytes);
void fill_zero(void* dst, Device device, std::size_t bytes);

}  // namespace impasto::gpu
