// The best items of a linear layer over all items, without the logits ever leaving this operation.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>
#include "product.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Fewer rows than this go over the table as it is; more are worth packing it. */
constexpr int FEW_ROWS = 8;
/** Multiplications that take as long as waking a thread. */
constexpr int64_t WORTH_A_THREAD = 1 << 20;
/** Items whose logits exist at once: whole panels, and small enough for the first cache. */
constexpr int ITEMS_AT_ONCE = 32 * TILE_COLUMNS;

/** The best k so far, as a heap with the worst on top. Of equal logits the lower item is the better. */
class Best {
 public:
  explicit Best(int k = 0) : k_(k) { heap_.reserve(k); }

  void offer(float logit, int item) {
    if (!(logit > -INFINITY)) return;  // NaN neither
    const Entry entry{logit, item};
    if (int(heap_.size()) < k_) {
      heap_.push_back(entry);
      std::push_heap(heap_.begin(), heap_.end(), better);
    } else if (k_ > 0 && better(entry, heap_.front())) {
      std::pop_heap(heap_.begin(), heap_.end(), better);
      heap_.back() = entry;
      std::push_heap(heap_.begin(), heap_.end(), better);
    }
  }

  /** Offers a run of items from `first` on, and adds them to the sum of exponentials. */
  void offerAll(const float* logits, int count, int first) {
    Vector most = all(largest_);
    for (int i = 0; i < count; i += LANES) most = larger(loadSome(logits + i, count - i, -INFINITY), most);
    const float largest = refrain::largest(most);
    if (!(largest > -INFINITY)) return;
    Vector added = Vector{};
    for (int i = 0; i < count; i += LANES) {
      const Vector x = loadSome(logits + i, count - i, -INFINITY);
      added += exponential(x - largest);
      const float limit = int(heap_.size()) < k_ ? -INFINITY : heap_.empty() ? INFINITY : heap_.front().logit;
      if (refrain::largest(x) > limit)
        for (int m = i; m < std::min(count, i + LANES); m++) offer(logits[m], first + m);
    }
    total_ = total_ * std::exp(largest_ - largest) + sum(added);
    largest_ = largest;
  }

  void merge(const Best& other) {
    for (const Entry& entry : other.heap_) offer(entry.logit, entry.item);
    const float largest = std::max(largest_, other.largest_);
    if (!(largest > -INFINITY)) return;
    total_ = total_ * std::exp(largest_ - largest) + other.total_ * std::exp(other.largest_ - largest);
    largest_ = largest;
  }

  /** Best first; item 0 and -Infinity where there are fewer than k. */
  void write(int32_t* items, float* logits, float* logSum) {
    std::sort_heap(heap_.begin(), heap_.end(), better);
    for (int i = 0; i < k_; i++) {
      const bool there = i < int(heap_.size());
      items[i] = there ? heap_[i].item : 0;
      logits[i] = there ? heap_[i].logit : -INFINITY;
    }
    *logSum = largest_ + float(std::log(total_));
  }

 private:
  struct Entry {
    float logit;
    int item;
  };
  static bool better(const Entry& a, const Entry& b) { return a.logit > b.logit || (a.logit == b.logit && a.item < b.item); }

  int k_;
  std::vector<Entry> heap_;
  float largest_ = -INFINITY;
  double total_ = 0;
};

INLINE Vector partialProduct(const float* row, const float* own, int D) {
  Vector a = Vector{}, b = Vector{};
  int d = 0;
  for (; d + 2 * LANES <= D; d += 2 * LANES) {
    a += load(row + d) * load(own + d);
    b += load(row + d + LANES) * load(own + d + LANES);
  }
  for (; d < D; d += LANES) a += loadSome(row + d, D - d) * loadSome(own + d, D - d);
  return a + b;
}

/** Rows of z against some rows of the table. */
void fewRows(const float* z, int N, int D, const float* table, const float* bias, int from, int to, Best* best) {
  std::vector<float> logits(size_t(N) * ITEMS_AT_ONCE);
  for (int first = from; first < to; first += ITEMS_AT_ONCE) {
    const int count = std::min(ITEMS_AT_ONCE, to - first);
    for (int i = 0; i < count; i += LANES) {
      const int items = std::min(LANES, count - i);
      for (int n = 0; n < N; n++) {
        Vector parts[LANES] = {};
        for (int j = 0; j < items; j++) parts[j] = partialProduct(table + size_t(first + i + j) * D, z + size_t(n) * D, D);
        store(logits.data() + size_t(n) * ITEMS_AT_ONCE + i, sums(parts) + loadSome(bias + first + i, items));
      }
    }
    for (int n = 0; n < N; n++) best[n].offerAll(logits.data() + size_t(n) * ITEMS_AT_ONCE, count, first);
  }
}

/** Some rows of z against the whole table. */
void manyRows(const float* z, int rows, const Packed& scores, const float* bias, Best* best) {
  const int D = scores.K, V = scores.N;
  const Buffer logits(size_t(rows) * ITEMS_AT_ONCE);
  for (int first = 0; first < V; first += ITEMS_AT_ONCE) {
    const int count = std::min(ITEMS_AT_ONCE, V - first);
    const Range panels{first / TILE_COLUMNS, (first + count + TILE_COLUMNS - 1) / TILE_COLUMNS};
    for (int n = 0; n < rows; n++) std::memcpy(logits.data() + size_t(n) * ITEMS_AT_ONCE, bias + first, 4 * size_t(count));
    multiply(rows, Left{z, D, 1}, scores, panels, {0, D}, Product{logits.data() - first, ITEMS_AT_ONCE}, true);
    const int skip = first == 0;  // item 0 is padding
    for (int n = 0; n < rows; n++)
      best[n].offerAll(logits.data() + size_t(n) * ITEMS_AT_ONCE + skip, count - skip, first + skip);
  }
}

/**
 * z [N, D]; table [V+1, D]; bias [V+1]; k, one number -> items [N, k], best first; their logits [N, k]; log of the sum of
 * e^logit over all items [N]. Item 0, padding, takes no part.
 */
void topItems(Call& call) {
  const auto z = call.input(0), table = call.input(1), bias = call.input(2);
  const int k = call.input(3).integers()[0], N = z.size(0), D = z.size(1), V = table.size(0);
  require(table.size(1) == D && bias.size(0) == V, "z, table and bias do not fit");
  require(k >= 1, "k must be at least 1");
  int32_t* items = call.integers(0, {N, k});
  float* logits = call.output(1, {N, k});
  float* logSums = call.output(2, {N});
  std::vector<Best> best(N, Best(k));
  if (N < FEW_ROWS) {
    std::vector<std::vector<Best>> parts(Threads::get().count(), best);
    inParts(V - 1, [&](int from, int to, int number) {
      fewRows(z.floats(), N, D, table.floats(), bias.floats(), from + 1, to + 1, parts[number].data());
    }, WORTH_A_THREAD / (int64_t(N) * D + 1));
    for (const auto& part : parts)
      for (int n = 0; n < N; n++) best[n].merge(part[n]);
  } else {
    const Packed scores(D, V);
    inParts(scores.panels(), [&](int from, int to, int) {
      for (int j = from; j < to; j++) scores.fill(j, {0, D}, table.floats(), 1, D);
    });
    inParts(N, [&](int from, int to, int) {
      for (int first = from; first < to; first += 8 * TILE_ROWS)
        manyRows(z.floats() + size_t(first) * D, std::min(8 * TILE_ROWS, to - first), scores, bias.floats(), best.data() + first);
    });
  }
  for (int n = 0; n < N; n++) best[n].write(items + size_t(n) * k, logits + size_t(n) * k, logSums + n);
}

void registerTopItems() {
  registerOperation<topItems>("RefrainTopItems", {"z: float", "table: float", "bias: float", "k: int32"},
                              {"items: int32", "logits: float", "logsum: float"});
}

}  // namespace refrain
