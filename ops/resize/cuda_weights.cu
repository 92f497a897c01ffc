// The matrix of each mode along one axis, as axis_weights.cpp has it, computed on the GPU: a thread
// a row, then, for the backward pass, a thread a column, which finds by bisection the rows that
// read it. Nothing is copied from the host, so the launches are all there is to record and repeat.
//
// Costs little beside the maps: some evaluations of the filter an output of an axis, in double.
#include "ops/resize/cuda_kernels.h"
#include "tensor/cuda/pack.h"

namespace impasto::resize_kernels::IMPASTO_GPU {
namespace {

constexpr double kPi = 3.14159265358979323846;

__device__ double cubic(double x) {  // Keys, a = -0.5
  constexpr double a = -0.5;
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

__device__ double sinc(double x) {
  return x == 0 ? 1 : sin(kPi * x) / (kPi * x);
}

__device__ double lanczos3(double x) {
  return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

// A row of the matrix while it is written.
template <class T>
struct Row {
  int first, last;
  T* weights;

  __device__ void set(int j, double weight) const { weights[j - first] = static_cast<T>(weight); }
};

template <class T>
__device__ void nearest_row(Row<T>& row, const AxisTable<T>& axis, int i) {
  row.first = static_cast<int>((2 * static_cast<std::int64_t>(i) + 1) * axis.in / (2 * axis.out));
  row.last = row.first + 1;
  row.set(row.first, 1);
}

template <class T>
__device__ void bilinear_row(Row<T>& row, const AxisTable<T>& axis, int i) {
  const double centre = (i + 0.5) * (static_cast<double>(axis.in) / axis.out) - 0.5;
  const double position = centre > 0 ? centre : 0;
  row.first = static_cast<int>(position);
  if (row.first > axis.in - 1) row.first = axis.in - 1;
  const double fraction = position - row.first;
  const bool alone = fraction == 0 || row.first == axis.in - 1;
  row.last = row.first + (alone ? 1 : 2);
  row.set(row.first, alone ? 1 : 1 - fraction);
  if (!alone) row.set(row.first + 1, fraction);
}

// In units of 1 / out, output i covers [i * in, (i + 1) * in) and input j [j * out, (j + 1) * out).
template <class T>
__device__ void area_row(Row<T>& row, const AxisTable<T>& axis, int i) {
  const std::int64_t in = axis.in, out = axis.out, begin = i * in, end = begin + in;
  row.first = static_cast<int>(begin / out);
  row.last = static_cast<int>((end + out - 1) / out);
  for (int j = row.first; j < row.last; ++j) {
    const std::int64_t left = j * out > begin ? j * out : begin;
    const std::int64_t right = (j + 1) * out < end ? (j + 1) * out : end;
    row.set(j, static_cast<double>(right - left) / static_cast<double>(in));
  }
}

template <class T>
__device__ void filtered_row(Row<T>& row, const AxisTable<T>& axis, int i, bool wide) {
  const double scale = static_cast<double>(axis.in) / axis.out;
  const double widening = scale > 1 ? scale : 1;
  const double centre = (i + 0.5) * scale, radius = (wide ? 3 : 2) * widening;
  const double begin = centre - radius + 0.5, end = centre + radius + 0.5;
  row.first = begin > 0 ? static_cast<int>(begin) : 0;
  row.last = end < axis.in ? static_cast<int>(end) : axis.in;
  const auto value = [&](int j) {
    const double x = (j + 0.5 - centre) / widening;
    return wide ? lanczos3(x) : cubic(x);
  };
  double sum = 0;
  for (int j = row.first; j < row.last; ++j) sum += value(j);
  for (int j = row.first; j < row.last; ++j) row.set(j, value(j) / sum);
}

template <class T>
__global__ void __launch_bounds__(kPackThreads)
    rows_kernel(AxisTable<T> a, AxisTable<T> b, Weighting mode) {
  const AxisTable<T> axis = blockIdx.y == 0 ? a : b;
  const int i = static_cast<int>(thread_of_grid());
  if (i >= axis.out) return;
  Row<T> row{0, 0, axis.weights + static_cast<std::int64_t>(i) * axis.stride};
  switch (mode) {
    case Weighting::nearest:
      nearest_row(row, axis, i);
      break;
    case Weighting::bilinear:
      bilinear_row(row, axis, i);
      break;
    case Weighting::area:
      area_row(row, axis, i);
      break;
    case Weighting::bicubic:
    case Weighting::lanczos:
      filtered_row(row, axis, i, mode == Weighting::lanczos);
      break;
  }
  axis.first[i] = row.first;
  axis.last[i] = row.last;
}

// The first of `count` ascending numbers that is more than j.
__device__ int first_above(const int* numbers, int count, int j) {
  int begin = 0, end = count;
  while (begin < end) {
    const int middle = (begin + end) / 2;
    if (numbers[middle] > j) {
      end = middle;
    } else {
      begin = middle + 1;
    }
  }
  return begin;
}

// First and last inputs never move back from one output to the next, so the readers of input j
// follow one another: from the first that ends behind j to the first that begins behind it.
template <class T>
__global__ void __launch_bounds__(kPackThreads) readers_kernel(AxisTable<T> a, AxisTable<T> b) {
  const AxisTable<T> axis = blockIdx.y == 0 ? a : b;
  const int j = static_cast<int>(thread_of_grid());
  if (j >= axis.in) return;
  axis.reader[j] = first_above(axis.last, axis.out, j);
  axis.readers_end[j] = first_above(axis.first, axis.out, j);
}

// A thread for each of the longer axis; the shorter has some to spare.
LaunchShape shape_of(int a, int b) {
  const auto threads = static_cast<unsigned>(a > b ? a : b);
  return {"resize.cuda.weights", dim3((threads + kPackThreads - 1) / kPackThreads, 2),
          kPackThreads};
}

}  // namespace

template <class T>
void tabulate(const GpuQueue& queue, const ResizeLaunch<T>& a, bool readers) {
  launch(queue, shape_of(a.rows.out, a.columns.out), rows_kernel<T>, a.rows, a.columns, a.mode);
  if (!readers) return;
  launch(queue, shape_of(a.rows.in, a.columns.in), readers_kernel<T>, a.rows, a.columns);
}

template void tabulate(const GpuQueue&, const ResizeLaunch<float>&, bool);
template void tabulate(const GpuQueue&, const ResizeLaunch<double>&, bool);

}  // namespace impasto::resize_kernels::IMPASTO_GPU
