#include "tensor/thread_pool.h"

#include <algorithm>
#include <system_error>

#include <sched.h>

#include "tensor/checked.h"

namespace impasto {
namespace {

// An idle worker looks for new work this often before it sleeps: ops follow each other within
// microseconds, and a futex wake costs more than that.
constexpr int kSpins = 2000;

thread_local bool inside_pool = false;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  IMPASTO_CHECK(threads >= 1, "thread pool: {} threads", threads);
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { worker(i); });
  } catch (const std::system_error& error) {
    const int started = size();
    stop();
    throw InputError(fmt::format("cannot start {} threads, only {}: {}; ask for fewer", threads,
                                 started, error.code().message()));
  }
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_.store(true);
  }
  wake_.notify_all();
  for (std::thread& thread : workers_) thread.join();
}

void ThreadPool::run(std::int64_t chunks, const std::function<void(std::int64_t, int)>& body) {
  if (chunks <= 0) return;
  if (inside_pool || workers_.empty() || chunks == 1) {
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) body(chunk, 0);
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    body_ = &body;
    chunks_ = chunks;
    next_.store(0);
    error_ = nullptr;
    running_.store(static_cast<int>(workers_.size()));
    generation_.fetch_add(1);
  }
  wake_.notify_all();
  drain(0);
  for (int i = 0; i < kSpins && running_.load() != 0; ++i) relax();
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return running_.load() == 0; });
  if (error_) std::rethrow_exception(error_);
}

void ThreadPool::drain(int thread) {
  inside_pool = true;
  for (std::int64_t chunk; (chunk = next_.fetch_add(1)) < chunks_;) {
    try {
      (*body_)(chunk, thread);
    } catch (...) {
      next_.store(chunks_);  // nobody begins another
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }
  inside_pool = false;
}

void ThreadPool::worker(int thread) {
  std::uint64_t seen = 0;
  while (true) {
    for (int i = 0; i < kSpins && generation_.load() == seen && !stop_.load(); ++i) relax();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stop_.load() || generation_.load() != seen; });
      if (stop_.load()) return;
      seen = generation_.load();
    }
    drain(thread);
    if (running_.fetch_sub(1) == 1) {
      const std::lock_guard lock(mutex_);
      finished_.notify_one();
    }
  }
}

void parallel_for(ThreadPool& pool, std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  IMPASTO_CHECK(grain >= 1, "parallel_for: grain {}", grain);
  pool.run(ceil_div(count, grain), [&](std::int64_t chunk, int) {
    const std::int64_t begin = chunk * grain;
    body(begin, begin + std::min(grain, count - begin));
  });
}

int available_cores() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace impasto
