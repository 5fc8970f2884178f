// The best items of a large table: all rows are read as bytes, and only those that may be among the best as numbers.
#include <algorithm>
#include <cmath>
#include <functional>
#include "simd.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Rounding of a sum of products in float32, as a share of the sizes of its terms; far more than is ever seen. */
constexpr float ROUNDING = 1e-5f;

/** The k-th largest of what was offered. */
class Threshold {
 public:
  explicit Threshold(int k) : k_(k) {}
  void offer(float x) {
    if (int(heap_.size()) < k_) {
      heap_.push_back(x);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<float>());
    } else if (x > heap_.front()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<float>());
      heap_.back() = x;
      std::push_heap(heap_.begin(), heap_.end(), std::greater<float>());
    }
  }
  void merge(const Threshold& other) {
    for (float x : other.heap_) offer(x);
  }
  float value() const { return int(heap_.size()) < k_ ? -INFINITY : heap_.front(); }

 private:
  int k_;
  std::vector<float> heap_;
};

/** An item with the largest logit that it may have, then with the one that it has. */
struct Candidate {
  float logit;
  int item;
};

/** Four bytes of each lane, as whole numbers of 4 bytes: shifts widen them, which is three times as fast as conversions. */
constexpr int BYTES = 4 * LANES;

/** z in the order in which `product` meets it: of each BYTES numbers first those at 0, 4, 8, ..., then at 1, 5, 9, ... */
std::vector<float> inOrder(const float* z, int D, int width) {
  std::vector<float> own(width, 0.0f);
  for (int d = 0; d < D; d++) {
    const int within = d % BYTES;
    own[d - within + within % 4 * LANES + within / 4] = z[d];
  }
  return own;
}

/** Sum of bytes times numbers; `width` is a multiple of BYTES. */
INLINE float product(const int32_t* bytes, const float* own, int width) {
  Vector a = Vector{}, b = Vector{}, c = Vector{}, d = Vector{};
  for (int i = 0; i < width; i += BYTES) {
    Integers words;
    std::memcpy(&words, bytes + i / 4, sizeof words);
    a += __builtin_convertvector((words << 24) >> 24, Vector) * load(own + i);
    b += __builtin_convertvector((words << 16) >> 24, Vector) * load(own + i + LANES);
    c += __builtin_convertvector((words << 8) >> 24, Vector) * load(own + i + 2 * LANES);
    d += __builtin_convertvector(words >> 24, Vector) * load(own + i + 3 * LANES);
  }
  return sum((a + b) + (c + d));
}

/**
 * z [1, D]; bytes int32 [V+1, W], four numbers in each, zeros behind the D-th; scales, errors [V+1]: number of a byte, and
 * length of row - scale * bytes; table [V+1, D]; bias [V+1]; k, one number -> items [k], best first; their logits [k].
 *
 * |z (row - scale bytes)| <= |z| error (Cauchy and Schwarz), so an item whose logit in bytes is that much below the k-th best
 * one cannot be among the k best, and no other is left out. Row 0, padding, takes no part.
 */
void byteItems(Call& call) {
  const auto z = call.input(0), bytes = call.input(1), scales = call.input(2), errors = call.input(3);
  const auto table = call.input(4), bias = call.input(5);
  const int k = call.input(6).integers()[0], D = z.size(1), V = table.size(0), width = 4 * bytes.size(1);
  require(z.size(0) == 1 && table.size(1) == D && bytes.size(0) == V && scales.size(0) == V && errors.size(0) == V &&
              bias.size(0) == V,
          "z, table, bytes and bias do not fit");
  require(width >= D && width % BYTES == 0, "rows of bytes must be a whole number of vectors");
  require(k >= 1, "k must be at least 1");
  int32_t* items = call.integers(0, {k});
  float* logits = call.output(1, {k});
  const std::vector<float> own = inOrder(z.floats(), D, width);
  double square = 0;
  for (float x : own) square += double(x) * x;
  const float length = float(std::sqrt(square)) * (1 + ROUNDING);
  // A row of bytes is at most 127 sqrt(D) long, which bounds the sizes of the terms of a sum.
  const float rounding = ROUNDING * 127 * std::sqrt(float(D));
  const int count = Threads::get().count();
  std::vector<Threshold> lowest(count, Threshold(k));
  std::vector<std::vector<Candidate>> found(count);
  inParts(V - 1, [&](int from, int to, int number) {
    float least = -INFINITY;
    for (int item = from + 1; item < to + 1; item++) {
      const float scale = scales.floats()[item], added = bias.floats()[item];
      const float logit = scale * product(bytes.integers() + size_t(item) * (width / 4), own.data(), width) + added;
      const float off = length * (errors.floats()[item] + rounding * scale) + ROUNDING * std::fabs(added);
      if (!(logit + off >= least)) continue;  // NaN neither
      found[number].push_back({logit + off, item});
      lowest[number].offer(logit - off);
      least = lowest[number].value();
    }
  }, (int64_t(1) << 20) / (width + 1));
  for (int part = 1; part < count; part++) lowest[0].merge(lowest[part]);
  const float least = lowest[0].value();
  std::vector<Candidate> best;
  for (const auto& part : found)
    for (const Candidate& each : part) {
      if (each.logit < least) continue;
      const float* row = table.floats() + size_t(each.item) * D;
      Vector a = Vector{};
      for (int d = 0; d < D; d += LANES) a += loadSome(row + d, D - d) * loadSome(z.floats() + d, D - d);
      best.push_back({sum(a) + bias.floats()[each.item], each.item});
    }
  const int kept = std::min<int>(k, int(best.size()));
  std::partial_sort(best.begin(), best.begin() + kept, best.end(), [](const Candidate& a, const Candidate& b) {
    return a.logit > b.logit || (a.logit == b.logit && a.item < b.item);
  });
  for (int i = 0; i < k; i++) {
    items[i] = i < kept ? best[i].item : 0;
    logits[i] = i < kept ? best[i].logit : -INFINITY;
  }
}

void registerByteItems() {
  registerOperation<byteItems>(
      "RefrainByteItems",
      {"z: float", "bytes: int32", "scales: float", "errors: float", "table: float", "bias: float", "k: int32"},
      {"items: int32", "logits: float"});
}

}  // namespace refrain
