#include "tensor/thread_pool.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <sched.h>

#include "tensor/checked.h"

namespace impasto {
namespace {

// An idle worker looks for new work this long before it sleeps: ops follow each other within
// microseconds, and a futex wake costs more than that.
constexpr std::chrono::microseconds kSpin{300};

// ThreadPool::job_ counts jobs in its upper bits. While a job is open, workers may join it; the
// caller closes it when all chunks are taken, and then waits for those inside, not for those who
// were too late: a small job is done before a worker has even woken.
constexpr std::uint64_t kInside = 1, kOpen = std::uint64_t{1} << 20, kNumber = kOpen << 1;

bool is_open(std::uint64_t job) {
  return (job & kOpen) != 0;
}
std::uint64_t number(std::uint64_t job) {
  return job / kNumber;
}
bool is_over(std::uint64_t job) {
  return job % kNumber == 0;
}

thread_local bool inside_pool = false;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Whether `done` became true within kSpin. The clock is asked now and then: that is a call.
template <class Done>
bool spin_until(Done done) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + kSpin;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      relax();
    }
  } while (Clock::now() < end);
  return false;
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
  body_ = &body;
  chunks_ = chunks;
  next_.store(0);
  error_ = nullptr;
  open();
  drain(0);
  close();
  if (error_) std::rethrow_exception(error_);
}

void ThreadPool::open() {
  job_.fetch_add(kNumber + kOpen);
  if (asleep_.load() == 0) return;  // who falls asleep from now on sees the new job before
  const std::lock_guard lock(mutex_);
  wake_.notify_all();
}

void ThreadPool::close() {
  job_.fetch_sub(kOpen);
  const auto over = [this] { return is_over(job_.load()); };
  if (spin_until(over)) return;
  std::unique_lock lock(mutex_);
  finished_.wait(lock, over);
}

// Waits for a job after number `seen`, which it then is. False when that was over too soon.
bool ThreadPool::join(std::uint64_t& seen) {
  const auto called = [&] { return number(job_.load()) != seen || stop_.load(); };
  if (!spin_until(called)) {
    std::unique_lock lock(mutex_);
    asleep_.fetch_add(1);
    wake_.wait(lock, called);
    asleep_.fetch_sub(1);
  }
  std::uint64_t job = job_.load();
  while (is_open(job) && number(job) != seen) {
    if (!job_.compare_exchange_weak(job, job + kInside)) continue;
    seen = number(job);
    return true;
  }
  seen = number(job);
  return false;
}

void ThreadPool::leave() {
  if (!is_over(job_.fetch_sub(kInside) - kInside)) return;
  const std::lock_guard lock(mutex_);
  finished_.notify_one();
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
  while (!stop_.load()) {
    if (!join(seen)) continue;
    drain(thread);
    leave();
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
