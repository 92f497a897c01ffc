// Threads and parallel_for. Work is cut into chunks by the problem, never by the number of threads,
// so results are the same bits for every thread count: a chunk must not depend on which thread runs
// it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace impasto {

class ThreadPool {
 public:
  // Including the calling thread; at least 1. Throws InputError when the system refuses.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(chunk, thread) once for each chunk in [0, chunks), in any order, thread in [0,
  // size()); two bodies that run at the same time have different threads. Returns when all are
  // done. An exception is rethrown, the first of several, and chunks not yet begun may be skipped.
  // Calls from inside a body run in place.
  void run(std::int64_t chunks, const std::function<void(std::int64_t chunk, int thread)>& body);

 private:
  void worker(int thread);
  bool join(std::uint64_t& seen);
  void leave();
  void open();
  void close();
  void stop();
  void drain(int thread);

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  std::atomic<std::uint64_t> job_{0};  // number, whether it is open, workers inside: see the .cpp
  std::atomic<int> asleep_{0};
  std::atomic<bool> stop_{false};

  const std::function<void(std::int64_t, int)>* body_ = nullptr;
  std::int64_t chunks_ = 0;
  std::atomic<std::int64_t> next_{0};
  std::exception_ptr error_;
};

// Calls body(begin, end) for consecutive pieces of [0, count), each `grain` long but the last.
void parallel_for(ThreadPool& pool, std::int64_t count, std::int64_t grain,
                  const std::function<void(std::int64_t begin, std::int64_t end)>& body);

// Cores that this process may run on.
int available_cores();

}  // namespace impasto
