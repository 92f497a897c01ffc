// Pooling by runs: the channels of one output pixel are contiguous in all four source pixels, so
// the inner loops are plain loops over arrays that the compiler vectorises.
//
// Two bits a code do not fall on word borders at row ends: a row holds w / 2 * c codes, any number.
// So work is cut into tiles of output elements, 64 words of codes each, and a tile may begin and
// end inside a row or even a pixel. Codes are one byte each while a tile is computed, and packed
// eight at a time when it is done: no word is shared by two threads.
//
// Bound by memory: 5 floats an output element each way.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "ops/pool2d/pool2d_kernels.h"

namespace impasto::pool2d_kernels {
namespace {

constexpr std::int64_t kWord = 32;          // codes of a word
constexpr std::int64_t kTile = 64 * kWord;  // output elements: 32 KiB of source
constexpr std::int64_t kGrain = 8;          // tiles of a task

using Codes = std::array<std::uint8_t, kTile>;

// Calls body(first output element, count) for every tile.
template <class F>
void for_tiles(Context& context, const Pool2dProblem& p, F body) {
  const std::int64_t total = p.n * (p.h / 2) * (p.w / 2) * p.c;
  const std::int64_t tiles = (total + kTile - 1) / kTile;
  parallel_for(context.threads(), tiles, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      body(tile * kTile, std::min(kTile, total - tile * kTile));
    }
  });
}

// Calls body(offset in the tile, source element, count) for each run of channels of a tile; the
// source element is in the upper left of the four pixels.
template <class F>
void for_runs(const Pool2dProblem& p, std::int64_t first, std::int64_t count, F body) {
  const std::int64_t rows = p.h / 2, columns = p.w / 2;
  std::int64_t row = first / (columns * p.c);
  std::int64_t x = first / p.c % columns;
  std::int64_t channel = first % p.c;
  for (std::int64_t done = 0; done < count; ++row, x = 0) {
    const std::int64_t src_row = row / rows * p.h + row % rows * 2;
    for (; x < columns && done < count; ++x, channel = 0) {
      const std::int64_t run = std::min(p.c - channel, count - done);
      body(done, (src_row * p.w + 2 * x) * p.c + channel, run);
      done += run;
    }
  }
}

// Eight codes, one a byte, to 16 bits and back: neighbours are pushed together, then pairs, then
// fours.
std::uint64_t pack8(const std::uint8_t* codes) {
  std::uint64_t x = 0;
  std::memcpy(&x, codes, sizeof(x));
  x = (x | x >> 6) & 0x000f000f000f000fu;
  x = (x | x >> 12) & 0x000000ff000000ffu;
  return (x | x >> 24) & 0xffffu;
}

void unpack8(std::uint64_t x, std::uint8_t* codes) {
  x &= 0xffffu;
  x = (x | x << 24) & 0x000000ff000000ffu;
  x = (x | x << 12) & 0x000f000f000f000fu;
  x = (x | x << 6) & 0x0303030303030303u;
  std::memcpy(codes, &x, sizeof(x));
}

void pack(const Codes& codes, std::int64_t count, std::uint64_t* words) {
  for (std::int64_t first = 0; first < count; first += kWord) {
    const std::uint8_t* c = codes.data() + first;
    words[first / kWord] =
        pack8(c) | pack8(c + 8) << 16 | pack8(c + 16) << 32 | pack8(c + 24) << 48;
  }
}

void unpack(const std::uint64_t* words, std::int64_t count, Codes& codes) {
  for (std::int64_t first = 0; first < count; first += 8) {
    unpack8(words[first / kWord] >> (2 * (first % kWord)), codes.data() + first);
  }
}

// Choices are made with masks of all ones or zeros: the compiler turns these loops into vector
// code, but leaves conditional expressions as branches.
std::int32_t mask_of(bool condition) {
  return -static_cast<std::int32_t>(condition);
}

float choose(std::int32_t mask, float yes, float no) {
  return std::bit_cast<float>((std::bit_cast<std::int32_t>(yes) & mask) |
                              (std::bit_cast<std::int32_t>(no) & ~mask));
}

// Whether b beats a that comes before it: greater, or the first NaN.
std::int32_t beats(float b, float a) {
  return mask_of(!(b <= a)) & mask_of(a == a);
}

// One run of channels in two source rows: upper[i], upper[step + i], lower[i], lower[step + i].
void max_run(const float* upper, const float* lower, std::int64_t step, std::int64_t count,
             float* __restrict dst, std::uint8_t* __restrict codes) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float a = upper[i], b = upper[step + i], c = lower[i], d = lower[step + i];
    const std::int32_t right_above = beats(b, a), right_below = beats(d, c);
    const float above = choose(right_above, b, a), below = choose(right_below, d, c);
    const std::int32_t is_below = beats(below, above);
    dst[i] = choose(is_below, below, above);
    const std::int32_t is_right = (right_below & is_below) | (right_above & ~is_below);
    codes[i] = static_cast<std::uint8_t>((2 & is_below) | (1 & is_right));
  }
}

void average_run(const float* upper, const float* lower, std::int64_t step, std::int64_t count,
                 float* __restrict dst) {
  for (std::int64_t i = 0; i < count; ++i) {
    dst[i] = ((upper[i] + upper[step + i]) + (lower[i] + lower[step + i])) * 0.25f;
  }
}

void max_run_backward(const float* __restrict grad, const std::uint8_t* __restrict codes,
                      std::int64_t step, std::int64_t count, float* upper, float* lower) {
  float* const taps[] = {upper, upper + step, lower, lower + step};
  for (int code = 0; code < 4; ++code) {
    float* __restrict tap = taps[code];
    for (std::int64_t i = 0; i < count; ++i) {
      tap[i] = choose(mask_of(codes[i] == code), grad[i], 0.0f);
    }
  }
}

void average_run_backward(const float* grad, std::int64_t step, std::int64_t count, float* upper,
                          float* lower) {
  for (float* tap : {upper, upper + step, lower, lower + step}) {
    for (std::int64_t i = 0; i < count; ++i) tap[i] = grad[i] * 0.25f;
  }
}

// The odd row and column that no window covers.
void zero_dropped(const Pool2dProblem& p, float* grad_src) {
  for (std::int64_t row = 0; row < p.n * p.h && p.w % 2 != 0; ++row) {
    std::fill_n(grad_src + (row * p.w + p.w - 1) * p.c, p.c, 0.0f);
  }
  for (std::int64_t n = 0; n < p.n && p.h % 2 != 0; ++n) {
    std::fill_n(grad_src + (n * p.h + p.h - 1) * p.w * p.c, p.w * p.c, 0.0f);
  }
}

}  // namespace

void forward_vector(Context& context, const Pool2dProblem& p, const Pool2dForwardArgs& args,
                    void*) {
  const float* src = args.src.data<float>();
  float* dst = args.dst.data<float>();
  std::uint64_t* words = args.codes == nullptr ? nullptr : args.codes->data<std::uint64_t>();
  const std::int64_t row = p.w * p.c;
  for_tiles(context, p, [&](std::int64_t first, std::int64_t count) {
    Codes codes;
    for_runs(p, first, count, [&](std::int64_t done, std::int64_t s, std::int64_t run) {
      float* to = dst + first + done;
      if (p.kind == PoolKind::max) {
        max_run(src + s, src + s + row, p.c, run, to, codes.data() + done);
      } else {
        average_run(src + s, src + s + row, p.c, run, to);
      }
    });
    if (words == nullptr) return;
    std::fill(codes.begin() + count, codes.end(), std::uint8_t{0});
    pack(codes, count, words + first / kWord);
  });
}

void backward_vector(Context& context, const Pool2dProblem& p, const Pool2dBackwardArgs& args,
                     void*) {
  const float* grad_dst = args.grad_dst.data<float>();
  float* grad_src = args.grad_src.data<float>();
  const bool is_max = p.kind == PoolKind::max;
  const std::uint64_t* words = is_max ? args.codes.data<std::uint64_t>() : nullptr;
  const std::int64_t row = p.w * p.c;
  for_tiles(context, p, [&](std::int64_t first, std::int64_t count) {
    Codes codes;
    if (is_max) unpack(words + first / kWord, count, codes);
    for_runs(p, first, count, [&](std::int64_t done, std::int64_t s, std::int64_t run) {
      const float* from = grad_dst + first + done;
      if (is_max) {
        max_run_backward(from, codes.data() + done, p.c, run, grad_src + s, grad_src + s + row);
      } else {
        average_run_backward(from, p.c, run, grad_src + s, grad_src + s + row);
      }
    });
  });
  zero_dropped(p, grad_src);
}

}  // namespace impasto::pool2d_kernels
