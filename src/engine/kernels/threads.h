// As many threads as processors, which wait between the calls. Work is shared out by number and never by who comes first,
// so that sums are always in the same order.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace refrain {

class Threads {
 public:
  /** Never destroyed: at the end of the process its threads may not be joined any more. */
  static Threads& get() {
    static Threads* threads = new Threads();
    return *threads;
  }

  int count() const { return count_; }

  /** Calls work(0) ... work(count - 1), each in a thread of its own, and returns when all have ended. */
  void run(const std::function<void(int)>& work) {
    if (count_ == 1) return work(0);
    const std::lock_guard<std::mutex> oneAtATime(running_);  // Node may have several threads that compute
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      left_.store(count_ - 1);
      round_.fetch_add(1);
    }
    wake_.notify_all();
    work(0);
    for (int spins = 0; left_.load() > 0; spins++) spins < SPINS ? rest() : std::this_thread::yield();
  }

 private:
  /** Rests before a thread goes to sleep: 0.1 ms or more on most processors, about what JavaScript takes between two operations. */
  static constexpr int SPINS = 4000;

  /** 20 to 50 ns on most processors, in which the processor's other thread on this core, if it has one, gets all of it. */
  static void rest() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }

  Threads() {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int most = static_cast<int>(std::thread::hardware_concurrency());
    count_ = asked ? std::atoi(asked) : most;
    if (count_ < 1) count_ = most > 0 ? most : 1;
    for (int i = 1; i < count_; i++) std::thread([this, i] { serve(i); }).detach();
  }

  void serve(int number) {
    unsigned seen = 0;
    for (;;) {
      for (int spins = 0; spins < SPINS && round_.load() == seen; spins++) rest();
      if (round_.load() == seen) {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return round_.load() != seen; });
      }
      seen = round_.load();
      (*work_)(number);
      left_.fetch_sub(1);
    }
  }

  int count_ = 1;
  std::mutex running_, mutex_;
  std::condition_variable wake_;
  const std::function<void(int)>* work_ = nullptr;
  std::atomic<int> left_{0};
  std::atomic<unsigned> round_{0};
};

/**
 * Calls work(from, to, number), once per thread, for parts of [0, total) of nearly equal size. With fewer than `least` things
 * one thread does them: waking the others would take longer.
 */
inline void inParts(int total, const std::function<void(int, int, int)>& work, int64_t least = 2) {
  Threads& threads = Threads::get();
  const int count = threads.count();
  if (total < least) return work(0, total, 0);
  threads.run([&](int number) {
    work(int(int64_t(total) * number / count), int(int64_t(total) * (number + 1) / count), number);
  });
}

}  // namespace refrain
