#include "tensor/thread_pool.h"

#include <atomic>
#include <chrono>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>

#include "tensor/error.h"

namespace impasto {
namespace {

// Runs `chunks` chunks and counts what went wrong: a chunk not run exactly once, a thread out of
// range, two bodies at a time with one thread number.
int faults(ThreadPool& pool, std::int64_t chunks) {
  std::vector<std::atomic<int>> runs(static_cast<std::size_t>(chunks));
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(pool.size()));
  std::atomic<int> wrong{0};
  pool.run(chunks, [&](std::int64_t chunk, int thread) {
    if (chunk < 0 || chunk >= chunks || thread < 0 || thread >= pool.size()) {
      ++wrong;
      return;
    }
    if (busy[static_cast<std::size_t>(thread)].fetch_add(1) != 0) ++wrong;
    ++runs[static_cast<std::size_t>(chunk)];
    busy[static_cast<std::size_t>(thread)].fetch_sub(1);
  });
  for (const std::atomic<int>& count : runs) wrong += count.load() != 1;
  return wrong.load();
}

TEST_CASE("every chunk runs exactly once, for one to eight threads") {
  for (int threads = 1; threads <= 8; ++threads) {
    ThreadPool pool(threads);
    CHECK(pool.size() == threads);
    for (std::int64_t chunks : {0, 1, 2, 7, 8, 9, 1000}) {
      CAPTURE(threads);
      CAPTURE(chunks);
      CHECK(faults(pool, chunks) == 0);
    }
  }
}

TEST_CASE("a pool is reused thousands of times") {
  for (int threads : {2, 3}) {
    ThreadPool pool(threads);
    int wrong = 0;
    for (int i = 0; i < 3000; ++i) wrong += faults(pool, 1 + i % 5);
    CHECK(wrong == 0);
  }
}

// Each chunk waits for all the others, so every thread must come, however long it has slept.
bool all_threads_come(ThreadPool& pool) {
  std::atomic<int> here{0};
  std::atomic<bool> late{false};
  pool.run(pool.size(), [&](std::int64_t, int) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    ++here;
    while (here.load() < pool.size() && !late.load()) {
      if (std::chrono::steady_clock::now() > end) late.store(true);
      std::this_thread::yield();
    }
  });
  return !late.load();
}

TEST_CASE("threads that sleep, or are about to, are woken") {
  for (int threads : {2, 4}) {
    ThreadPool pool(threads);
    int wrong = 0;
    for (int i = 0; i < 400 && wrong == 0; ++i) {
      wrong += all_threads_come(pool) ? 0 : 1;
      wrong += faults(pool, 2);  // some come too late to this
      std::this_thread::sleep_for(std::chrono::microseconds(i % 250));
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("pools come and go") {
  for (int i = 0; i < 200; ++i) {
    ThreadPool pool(1 + i % 4);
    if (i % 2 == 0) CHECK(faults(pool, 3) == 0);
  }
}

TEST_CASE("an exception is rethrown, once all bodies are done, and the pool lives on") {
  for (int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    for (std::int64_t guilty : {0, 7, 63}) {
      std::atomic<int> inside{0};
      const auto body = [&](std::int64_t chunk, int) {
        ++inside;
        if (chunk == guilty) {
          --inside;
          throw std::out_of_range("chunk");
        }
        --inside;
      };
      CHECK_THROWS_AS(pool.run(64, body), std::out_of_range);
      CHECK(inside.load() == 0);
      CHECK(faults(pool, 64) == 0);
    }
    CHECK_THROWS_AS(pool.run(64, [](std::int64_t, int) { throw 42; }), int);
    CHECK(faults(pool, 64) == 0);
  }
}

TEST_CASE("calls from inside a body run in place") {
  for (int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::vector<std::atomic<int>> runs(8 * 16);
    pool.run(8, [&](std::int64_t outer, int) {
      const std::thread::id here = std::this_thread::get_id();
      pool.run(16, [&](std::int64_t inner, int) {
        if (std::this_thread::get_id() == here)
          ++runs[static_cast<std::size_t>(outer * 16 + inner)];
      });
    });
    int wrong = 0;
    for (const std::atomic<int>& count : runs) wrong += count.load() != 1;
    CHECK(wrong == 0);
    CHECK_THROWS_AS(
        pool.run(4, [&](std::int64_t,
                        int) { pool.run(4, [](std::int64_t, int) { throw Error("inner"); }); }),
        Error);
    CHECK(faults(pool, 16) == 0);
  }
}

TEST_CASE("parallel_for cuts the range by the grain, whatever the number of threads") {
  for (int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    std::mutex mutex;
    std::set<std::pair<std::int64_t, std::int64_t>> pieces;
    const auto note = [&](std::int64_t begin, std::int64_t end) {
      const std::lock_guard lock(mutex);
      pieces.insert({begin, end});
    };
    parallel_for(pool, 10, 4, note);
    CHECK(pieces == decltype(pieces){{0, 4}, {4, 8}, {8, 10}});
    pieces.clear();
    parallel_for(pool, 8, 4, note);
    CHECK(pieces == decltype(pieces){{0, 4}, {4, 8}});
    pieces.clear();
    parallel_for(pool, 0, 4, note);
    CHECK(pieces.empty());
    parallel_for(pool, 5, std::numeric_limits<std::int64_t>::max(), note);
    CHECK(pieces == decltype(pieces){{0, 5}});
    CHECK_THROWS_AS(parallel_for(pool, 5, 0, note), Error);
  }
}

TEST_CASE("a pool of no threads is refused, and there is at least one core") {
  CHECK_THROWS_AS(ThreadPool(0), Error);
  CHECK_THROWS_AS(ThreadPool(-3), Error);
  CHECK(available_cores() >= 1);
}

#ifndef __SANITIZE_ADDRESS__  // whose shadow needs more address space than this test leaves
TEST_CASE("threads that the system refuses are an InputError, not the end of the program") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
  // Room for some stacks of 8 MiB, not for thousands.
  rlimit small = before;
  small.rlim_cur = rlim_t{4} << 30;
  REQUIRE(setrlimit(RLIMIT_AS, &small) == 0);
  CHECK_THROWS_AS(ThreadPool(4000), InputError);
  REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
  ThreadPool pool(2);
  CHECK(faults(pool, 8) == 0);
}
#endif

}  // namespace
}  // namespace impasto
