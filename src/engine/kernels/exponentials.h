// The middle of a softmax over many items: logits of some rows and a slice of the items become exponentials, which are the left
// matrix of one product and, laid by, the right matrix of another.
#pragma once
#include <cmath>
#include "product.h"

namespace refrain {

/** Of a row, so far: about its largest logit, the sum of e^(logit - shift), and the target's logit. */
struct RowSum {
  float shift, total, target;
};

class Exponentials {
 public:
  Exponentials(int rows, int items)
      : width_(((items + 15) / 16 | 1) * 16),  // an odd number of lines: rows 4 KiB apart would share one place in the cache
        logits_(size_t(rows + 1) * width_)
#ifdef REFRAIN_TILES
        ,
        left_(usesTiles() ? rows : 0, items)
#endif
  {
  }

  /** Where the logits of a slice go, without the items' biases: element (row, item). */
  Product place(Range items) const { return Product{logits_.data() - items.from, width_}; }
  float* row(int r, Range items) const { return logits_.data() - items.from + long(r) * width_; }

  /** The largest logit of a row, if it is larger than one from before. */
  float largestOf(int r, Range items, const float* bias, float before) const {
    const float* logits = row(r, items);
    Vector most = all(before);
    int v = items.from;
    for (; v + LANES <= items.to; v += LANES) most = larger(load(logits + v) + load(bias + v), most);
    if (const int rest = items.to - v; rest > 0) most = larger(loadSome(logits + v, rest, -INFINITY) + loadSome(bias + v, rest), most);
    return largest(most);
  }

  /**
   * e^(logit + bias - shift) for `count` rows, and their sums. They are laid by as rows `at` and on of `waiting`, where that is
   * given; `at` is a multiple of TILE_DEPTH.
   */
  void take(int count, Range items, const float* bias, const RowSum* rows, float* totals, const Packed* waiting, int at) const {
#ifdef REFRAIN_TILES
    if (waiting && usesTiles()) {
      for (int r = 0; r < count; r += 2) takePair(r, r + 1 < count, items, bias, rows + r, totals + r, *waiting, at + r);
      return clearBehind(count, items, *waiting, at);
    }
#endif
    for (int r = 0; r < count; r++) {
      float* logits = row(r, items);
      Vector added = Vector{};
      for (int v = items.from; v < items.to; v += LANES) {
        const int there = items.to - v;
        const Vector e = exponential(loadSome(logits + v, there, -INFINITY) + loadSome(bias + v, there) - rows[r].shift);
        storeSome(logits + v, e, items.to - v);
        added += e;
      }
      totals[r] = sum(added);
    }
    if (!waiting) return;
    for (int j = items.from / TILE_COLUMNS; j * TILE_COLUMNS < items.to; j++)
      waiting->fill(j, {at, at + count}, row(0, items), width_, 1);
  }

  /** C (+)= exponentials B, for the rows of B that are the slice's items. */
  void multiply(int count, const Packed& b, Range items, Product c, bool add) const {
#ifdef REFRAIN_TILES
    if (usesTiles()) return left_.multiply(count, b, {0, b.panels()}, items, c, add);
#endif
    refrain::multiply(count, Left{logits_.data(), width_, 1}, b, {0, b.panels()}, items, c, add);
  }

 private:
#ifdef REFRAIN_TILES
  /** Two rows, which are one row of pairs in the right matrix; the second may not be there. */
  INLINE void takePair(int r, bool both, Range items, const float* bias, const RowSum* rows, float* totals, const Packed& waiting, int at) const {
    const float *first = row(r, items), *second = both ? row(r + 1, items) : first;
    const float shifts[2] = {rows[0].shift, both ? rows[1].shift : INFINITY};  // e^-infinity is what a missing row counts
    Vector added[2] = {};
    int v = items.from;
    for (; v + TILE_DEPTH <= items.to; v += TILE_DEPTH)
      takeStep(r, v - items.from, first + v, second + v, bias + v, shifts, added, waiting.pairs(v / TILE_COLUMNS, at));
    if (const int rest = items.to - v; rest > 0) {
      float logits[2][TILE_DEPTH], biases[TILE_DEPTH];
      for (int i = 0; i < TILE_DEPTH; i++) {
        const bool there = i < rest;
        logits[0][i] = there ? first[v + i] : -INFINITY;
        logits[1][i] = there ? second[v + i] : -INFINITY;
        biases[i] = there ? bias[v + i] : 0;
      }
      takeStep(r, v - items.from, logits[0], logits[1], biases, shifts, added, waiting.pairs(v / TILE_COLUMNS, at));
    }
    for (int i = 0; i < 1 + both; i++) totals[i] = sum(added[i]);
  }

  /** 32 items of two rows. */
  INLINE void takeStep(int r, int item, const float* first, const float* second, const float* bias, const float* shifts, Vector* added,
                       char* pairs) const {
    const Vector bias0 = load(bias), bias1 = load(bias + LANES);
    const Vector a0 = exponential(load(first) + bias0 - shifts[0]), a1 = exponential(load(first + LANES) + bias1 - shifts[0]);
    const Vector b0 = exponential(load(second) + bias0 - shifts[1]), b1 = exponential(load(second + LANES) + bias1 - shifts[1]);
    added[0] += a0 + a1;
    added[1] += b0 + b1;
    const __m512i highA0 = highPart(a0), highA1 = highPart(a1), highB0 = highPart(b0), highB1 = highPart(b1);
    const __m512i lowA0 = highPart(lowPart(a0, highA0)), lowA1 = highPart(lowPart(a1, highA1));
    const __m512i lowB0 = highPart(lowPart(b0, highB0)), lowB1 = highPart(lowPart(b1, highB1));
    const auto put = [](char* to, __m512i high, __m512i low) {
      _mm512_storeu_si512(to, high);
      _mm512_storeu_si512(to + 2 * TILE_BYTES, low);
    };
    put(left_.row(r, item / TILE_DEPTH), pairsOf(highA0, highA1), pairsOf(lowA0, lowA1));
    put(left_.row(r + 1, item / TILE_DEPTH), pairsOf(highB0, highB1), pairsOf(lowB0, lowB1));
    put(pairs, pairsBelow(highA0, highB0), pairsBelow(lowA0, lowB0));
    put(pairs + TILE_BYTES, pairsBelow(highA1, highB1), pairsBelow(lowA1, lowB1));
  }

  /** Sets the rest of the last step to zeros: what stands there from before may be no number. */
  void clearBehind(int count, Range items, const Packed& waiting, int at) const {
    const int first = (at + count + 1) / 2 * 2, last = (at + count + TILE_DEPTH - 1) / TILE_DEPTH * TILE_DEPTH;
    for (int j = items.from / TILE_COLUMNS; j * TILE_COLUMNS < items.to; j++)
      for (int k = first; k < last; k += 2)
        for (int part = 0; part < 4; part++) std::memset(waiting.pairs(j, k) + part * TILE_BYTES, 0, 64);
  }
#endif

  const int width_;
  const Buffer logits_;
#ifdef REFRAIN_TILES
  const LeftTiles left_;
#endif
};

}  // namespace refrain
