// Memory of CUDA devices: an accounted allocator each, copies, and the stream that orders them.
// Shows no header of CUDA, and is there in builds with CUDA only.
//
// Each device has one stream for the whole program, on which its memory is taken, given back,
// copied and computed with. So a tensor may be freed while kernels that read it are still queued,
// by whoever holds it last, and the next tensor in its place is written after them. Work on another
// stream must be joined to this one by events before memory that it uses is freed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/allocator.h"

struct CUstream_st;  // CUDA's: cudaStream_t is a pointer to one

namespace impasto {

using CudaStream = CUstream_st*;

// Both live as long as the program. Throw InputError when there is no such device, with the reason.
// Memory is 256-byte aligned and comes from a pool that keeps what is freed: a steady iteration
// asks the driver for nothing. A pool that is exhausted waits for the device and gives back what it
// keeps before it counts as out of memory. Thread-safe.
Allocator& cuda_allocator(int device);
CudaStream cuda_stream(int device);

// Memory of a device for as long as its owner lives. Throws OutOfMemory.
class CudaMemory {
 public:
  CudaMemory(int device, std::size_t bytes);
  ~CudaMemory();
  CudaMemory(const CudaMemory&) = delete;
  CudaMemory& operator=(const CudaMemory&) = delete;

  void* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Allocator& allocator_;
  std::size_t bytes_;
  void* data_;
};

// Waits until everything on the device's stream is done; an error of a kernel shows here at last.
void cuda_synchronize(int device);

enum class CudaCopy : std::uint8_t { host_to_device, device_to_host, on_device };

// On a stream. Host memory that is not pinned: what it holds is read before the call returns, and
// what it receives is there when the call returns.
void cuda_copy_async(CudaCopy direction, void* dst, const void* src, std::size_t bytes,
                     CudaStream stream);
// On the device's stream, and done when the call returns.
void cuda_copy(CudaCopy direction, void* dst, const void* src, std::size_t bytes, int device);

// Ordered after what is on both devices' streams, and done when the call returns.
struct CudaPlace {
  void* data;
  int device;
};
void cuda_copy_between(CudaPlace dst, CudaPlace src, std::size_t bytes);

// Sets each byte to `value`, on a stream.
void cuda_fill_async(void* dst, std::uint8_t value, std::size_t bytes, CudaStream stream);

}  // namespace impasto
