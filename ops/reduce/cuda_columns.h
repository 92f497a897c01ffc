// How column sums are cut up on a GPU (cuda_columns.cuh), for kernels and their host code. Plain.
#pragma once

#include <cstddef>
#include <cstdint>

namespace impasto {

// `pictures` matrices of rows x cols, one after the other; the columns of each are added up.
struct ColumnShape {
  std::int64_t pictures = 1, rows = 0, cols = 0;
};

constexpr int kWideColumns = 32;   // of a block, with 8 rows at a time
constexpr int kNarrowColumns = 4;  // with 64 rows at a time: where there are no more columns

inline std::int64_t columns_of_block(const ColumnShape& s) {
  return s.cols > kNarrowColumns ? kWideColumns : kNarrowColumns;
}

// Into how many runs of rows, each a block's, a column is cut: about 1024 blocks in all, each of
// some rounds. The shape alone decides.
inline std::int64_t column_chunks(const ColumnShape& s) {
  constexpr std::int64_t kBlocks = 1024, kRounds = 8, kThreads = 256;
  const std::int64_t width = columns_of_block(s);
  const std::int64_t beside = (s.cols + width - 1) / width * s.pictures;
  const std::int64_t rows_of_block = kThreads / width * kRounds;
  const std::int64_t wanted = (s.rows + rows_of_block - 1) / rows_of_block;
  const std::int64_t most = beside == 0 ? 1 : (kBlocks + beside - 1) / beside;
  const std::int64_t chunks = wanted < most ? wanted : most;
  return chunks > 0 ? chunks : 1;
}

// Of `sums` sums for each column.
inline std::size_t column_partials_bytes(const ColumnShape& s, std::int64_t sums) {
  return static_cast<std::size_t>(s.pictures * column_chunks(s) * sums * s.cols) * sizeof(double);
}

}  // namespace impasto
