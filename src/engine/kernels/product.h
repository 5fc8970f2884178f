// Products of matrices in tiles that stay in registers: the processor's own tiles where it has them (tiles.h), else tiles of sums
// in vector registers.
#pragma once
#ifdef __linux__
#include <sys/mman.h>
#endif
#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <tuple>
#include <utility>
#include "tiles.h"

namespace refrain {

/** Memory that kernels gave back, for the next call: new memory costs a page fault for every 4 KiB. */
class Pool {
 public:
  static Pool& get() {
    static Pool* pool = new Pool();
    return *pool;
  }

  /** Something of at least this many bytes, and not much more. */
  std::pair<float*, size_t> take(size_t bytes) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      const auto found = free_.lower_bound(bytes);
      if (found != free_.end() && found->first <= bytes + bytes / 4 + 4096) {
        const std::pair<float*, size_t> block{found->second, found->first};
        kept_ -= block.second;
        free_.erase(found);
        return block;
      }
    }
    return {fresh(bytes), bytes};
  }

  void giveBack(float* data, size_t bytes) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (kept_ + bytes <= MOST_KEPT) {
        kept_ += bytes;
        free_.emplace(bytes, data);
        return;
      }
    }
    std::free(data);
  }

 private:
  static constexpr size_t MOST_KEPT = 256 * 1024 * 1024, HUGE_PAGE = 2 * 1024 * 1024;

  /** Large memory in large pages where Linux has them: rows that lie far apart then need no walk through page tables. */
  static float* fresh(size_t bytes) {
    const size_t alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : 64;
    void* data = nullptr;
    if (posix_memalign(&data, alignment, bytes) != 0) throw std::bad_alloc();
#ifdef __linux__
    if (alignment == HUGE_PAGE) madvise(data, bytes, MADV_HUGEPAGE);
#endif
    return static_cast<float*>(data);
  }

  std::mutex mutex_;
  std::multimap<size_t, float*> free_;
  size_t kept_ = 0;
};

/** Memory aligned for vectors, not set to zero. */
class Buffer {
 public:
  explicit Buffer(size_t floats = 0) {
    if (floats > 0) std::tie(data_, bytes_) = Pool::get().take(4 * floats + 64);
  }
  Buffer(Buffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }
  Buffer(const Buffer&) = delete;
  ~Buffer() {
    if (data_) Pool::get().giveBack(data_, bytes_);
  }
  float* data() const { return data_; }

 private:
  float* data_ = nullptr;
  size_t bytes_ = 0;
};

/** Steps along the shared dimension that go through a tile at once: a panel of as many rows fits into the first cache. */
constexpr int DEPTH = 256;

/** From one number up to, but not including, another. */
struct Range {
  int from, to;
};

/**
 * The right matrix [K, N] of a product, laid out in panels of TILE_COLUMNS columns: [panels][K][TILE_COLUMNS] numbers, or, for
 * tiles, [panels][steps] of two tiles in two parts each, which are as many bytes. Behind K and N stand zeros.
 */
struct Packed {
  Packed(int K, int N)
      : K(K), N(N), depth_(usesTiles() ? (K + TILE_DEPTH - 1) / TILE_DEPTH * TILE_DEPTH : K), buffer_(size_t(panels()) * depth_ * TILE_COLUMNS) {}
  int panels() const { return (N + TILE_COLUMNS - 1) / TILE_COLUMNS; }
  float* panel(int j, int k = 0) const { return buffer_.data() + (size_t(j) * depth_ + k) * TILE_COLUMNS; }
#ifdef REFRAIN_TILES
  /** Where a row of pairs begins: high parts of the first tile for the steps k and k + 1, k even. */
  char* pairs(int j, int k) const { return reinterpret_cast<char*>(panel(j, k / TILE_DEPTH * TILE_DEPTH)) + k % TILE_DEPTH / 2 * 64; }
#endif
  int columns(int j) const { return std::min(TILE_COLUMNS, N - j * TILE_COLUMNS); }

  /**
   * Fills some steps of a panel from a matrix whose element (steps.from + k, n) is at from[k * byRow + n * byColumn]; one of the
   * two is 1. Tiles want steps.from to be a multiple of TILE_DEPTH.
   */
  void fill(int j, Range steps, const float* from, long byRow, long byColumn) const {
    from += long(j) * TILE_COLUMNS * byColumn;
#ifdef REFRAIN_TILES
    if (usesTiles()) return fillInTiles(j, steps, from, byRow, byColumn);
#endif
    float* to = panel(j, steps.from);
    const int n = columns(j), count = steps.to - steps.from;
    if (byColumn == 1) {
      for (int k = 0; k < count; k++, to += TILE_COLUMNS, from += byRow) {
        store(to, loadSome(from, n));
        store(to + LANES, n > LANES ? loadSome(from + LANES, n - LANES) : Vector{});
      }
      return;
    }
    if (n < TILE_COLUMNS) std::fill(to, to + size_t(count) * TILE_COLUMNS, 0.0f);
    for (int c = 0; c < n; c++)
      for (int k = 0; k < count; k++) to[k * TILE_COLUMNS + c] = from[k * byRow + c * byColumn];
  }

  void fillAll(const float* from, long byRow, long byColumn) const {
    for (int j = 0; j < panels(); j++) fill(j, {0, K}, from, byRow, byColumn);
  }

  int K, N;

 private:
#ifdef REFRAIN_TILES
  void fillInTiles(int j, Range steps, const float* from, long byRow, long byColumn) const {
    const bool isAcross = byColumn == 1;
    for (int k = steps.from; k < steps.to; k += TILE_DEPTH)
      for (int half = 0; half < 2; half++) {
        char* high = reinterpret_cast<char*>(panel(j, k)) + half * TILE_BYTES;
        const float* lines = from + (k - steps.from) * byRow + half * TILE_SIDE * byColumn;
        const int n = std::clamp(columns(j) - half * TILE_SIDE, 0, TILE_SIDE), deep = std::min(TILE_DEPTH, steps.to - k);
        if (isAcross) fillTiles(lines, byRow, deep, n, false, true, high, high + 2 * TILE_BYTES);
        else fillTiles(lines, byColumn, n, deep, true, true, high, high + 2 * TILE_BYTES);
      }
  }
#endif

  int depth_;
  Buffer buffer_;
};

/** The left matrix: element (m, k) is at data[m * byRow + k * byColumn]. */
struct Left {
  const float* data;
  long byRow, byColumn;
};

/** One tile of M rows: C (+)= A B over `depth` steps. */
template <int M>
INLINE void tile(int depth, Left a, const float* b, float* c, long cByRow, int columns, bool add) {
  Vector sums[M][2];
#pragma GCC unroll 16
  for (int m = 0; m < M; m++) sums[m][0] = sums[m][1] = Vector{};
  const float* at = a.data;
  for (int k = 0; k < depth; k++, at += a.byColumn, b += TILE_COLUMNS) {
    const Vector b0 = load(b), b1 = load(b + LANES);
#pragma GCC unroll 16
    for (int m = 0; m < M; m++) {
      const Vector x = all(at[m * a.byRow]);
      sums[m][0] += x * b0;
      sums[m][1] += x * b1;
    }
  }
#pragma GCC unroll 16
  for (int m = 0; m < M; m++) {
    float* row = c + m * cByRow;
    if (columns == TILE_COLUMNS) {
      if (add) sums[m][0] += load(row), sums[m][1] += load(row + LANES);
      store(row, sums[m][0]), store(row + LANES, sums[m][1]);
      continue;
    }
    for (int half = 0; half < 2; half++) {
      const int n = std::min(LANES, columns - half * LANES);
      if (n <= 0) break;
      if (add) sums[m][half] += loadSome(row + half * LANES, n);
      storeSome(row + half * LANES, sums[m][half], n);
    }
  }
}

typedef void (*Tile)(int, Left, const float*, float*, long, int, bool);

template <int M>
void tileOf(int depth, Left a, const float* b, float* c, long cByRow, int columns, bool add) {
  if (a.byColumn == 1) tile<M>(depth, Left{a.data, a.byRow, 1}, b, c, cByRow, columns, add);
  else tile<M>(depth, Left{a.data, 1, a.byColumn}, b, c, cByRow, columns, add);
}

template <int... M>
constexpr Tile tileTable(int m, std::integer_sequence<int, M...>) {
  constexpr Tile table[] = {tileOf<M + 1>...};
  return table[m - 1];
}

/** Where a product goes: element (m, n) of panel j is at data[m * byRow + j * byPanel + n]. */
struct Product {
  float* data;
  long byRow, byPanel = TILE_COLUMNS;
};

#ifdef REFRAIN_TILES
/** The left matrix of a product as tiles: [pairs of tiles below each other][steps] of two tiles in two parts each. */
class LeftTiles {
 public:
  LeftTiles(int rows, int depth)
      : steps_((depth + TILE_DEPTH - 1) / TILE_DEPTH), buffer_(size_t((rows + PAIR - 1) / PAIR) * steps_ * (STEP_BYTES / 4)) {}

  /** High parts of the row's 32 numbers of a step; the low ones stand 2 * TILE_BYTES behind. */
  char* row(int m, int step) const { return tile(m, step) + m % TILE_SIDE * 64; }

  /** Fills some steps; `a` begins with the first of them, which is a multiple of TILE_DEPTH. */
  void fill(int rows, Range depth, Left a) const {
    for (int m = 0; m < rows; m += TILE_SIDE)
      for (int k = depth.from; k < depth.to; k += TILE_DEPTH) {
        const int high = std::min(TILE_SIDE, rows - m), deep = std::min(TILE_DEPTH, depth.to - k);
        const float* lines = a.data + m * a.byRow + (k - depth.from) * a.byColumn;
        char* to = tile(m, k / TILE_DEPTH);
        if (a.byColumn == 1) fillTiles(lines, a.byRow, high, deep, true, false, to, to + 2 * TILE_BYTES);
        else fillTiles(lines, a.byColumn, deep, high, false, false, to, to + 2 * TILE_BYTES);
      }
  }

  /** Like `multiply`, with as many rows and steps of these as given. */
  void multiply(int rows, const Packed& b, Range panels, Range depth, Product c, bool add) const {
    const TilesInUse inUse;
    const int steps = (depth.to - depth.from + TILE_DEPTH - 1) / TILE_DEPTH, pairs = (rows + PAIR - 1) / PAIR;
    // The third cache gives less than tiles take, so each pair of rows asks for its part of the next panel while it works.
    const int ahead = (STEP_BYTES / 64 + pairs - 1) / pairs;
    const bool isLarge = size_t(b.K) * b.N > IN_CACHE;
    for (int j = panels.from; j < panels.to; j++) {
      const int columns = b.columns(j);
      const char* right = reinterpret_cast<const char*>(b.panel(j, depth.from));
      for (int m = 0; m < rows; m += PAIR) {
        TilePlace places[2][2];
        for (int i = 0; i < 2; i++)
          for (int n = 0; n < 2; n++)
            places[i][n] = {c.data + (m + i * TILE_SIDE) * c.byRow + j * c.byPanel + n * TILE_SIDE, c.byRow,
                            std::min(TILE_SIDE, rows - m - i * TILE_SIDE), std::min(TILE_SIDE, columns - n * TILE_SIDE)};
        const char* left = tile(m, 0);
        const char* next = isLarge && j + 1 < panels.to ? reinterpret_cast<const char*>(b.panel(j + 1, depth.from)) + m / PAIR * ahead * 64 : nullptr;
        const bool two = rows - m > TILE_SIDE, wide = columns > TILE_SIDE;
        if (two && wide) multiplySteps<2, 2>(steps, left, right, places, add, next, ahead);
        else if (two) multiplySteps<2, 1>(steps, left, right, places, add, next, ahead);
        else if (wide) multiplySteps<1, 2>(steps, left, right, places, add, next, ahead);
        else multiplySteps<1, 1>(steps, left, right, places, add, next, ahead);
      }
    }
  }

 private:
  static constexpr int PAIR = 2 * TILE_SIDE;
  /** Numbers of a right matrix that stays in the second cache by itself. */
  static constexpr size_t IN_CACHE = 1 << 17;
  char* tile(int m, int step) const {
    return reinterpret_cast<char*>(buffer_.data()) + (size_t(m / PAIR) * steps_ + step) * STEP_BYTES + m % PAIR / TILE_SIDE * TILE_BYTES;
  }
  const int steps_;
  const Buffer buffer_;
};

/** `multiply` on tiles: some rows and steps of A are laid out at once, as many as the second cache holds beside B's. */
inline void multiplyTiles(int M, Left a, const Packed& b, Range panels, Range depth, Product c, bool add) {
  constexpr int ROWS_AT_ONCE = 24 * TILE_SIDE, DEPTH_AT_ONCE = 36 * TILE_DEPTH;
  const LeftTiles left(std::min(M, ROWS_AT_ONCE), std::min(depth.to - depth.from, DEPTH_AT_ONCE));
  for (int start = depth.from; start < depth.to; start += DEPTH_AT_ONCE)
    for (int m = 0; m < M; m += ROWS_AT_ONCE) {
      const Range part{start, std::min(depth.to, start + DEPTH_AT_ONCE)};
      const int rows = std::min(ROWS_AT_ONCE, M - m);
      left.fill(rows, {0, part.to - part.from}, Left{a.data + m * a.byRow + (start - depth.from) * a.byColumn, a.byRow, a.byColumn});
      left.multiply(rows, b, panels, part, Product{c.data + m * c.byRow, c.byRow, c.byPanel}, add || start > depth.from);
    }
}
#endif

/**
 * C [M, N] (+)= A [M, K] B, for some panels of B and some steps of K. A has a unit stride one way; its first step is the first
 * of `depth`, which tiles want to be a multiple of TILE_DEPTH.
 */
inline void multiply(int M, Left a, const Packed& b, Range panels, Range depth, Product c, bool add) {
#ifdef REFRAIN_TILES
  if (usesTiles()) return multiplyTiles(M, a, b, panels, depth, c, add);
#endif
  const int blocks = (M + TILE_ROWS - 1) / TILE_ROWS;
  for (int start = depth.from; start < depth.to; start += DEPTH) {
    const int steps = std::min(DEPTH, depth.to - start);
    for (int j = panels.from; j < panels.to; j++) {
      // Blocks of nearly the same height: a last one of a single row would be slow.
      for (int i = 0, row = 0; i < blocks; i++) {
        const int rows = (M - row + (blocks - i) - 1) / (blocks - i);
        const Left part{a.data + row * a.byRow + (start - depth.from) * a.byColumn, a.byRow, a.byColumn};
        tileTable(rows, std::make_integer_sequence<int, TILE_ROWS>{})(steps, part, b.panel(j, start), c.data + row * c.byRow + j * c.byPanel,
                                                                      c.byRow, b.columns(j), add || start > depth.from);
        row += rows;
      }
    }
  }
}

inline void multiply(int M, Left a, const Packed& b, float* c, long cByRow, bool add) {
  multiply(M, a, b, {0, b.panels()}, {0, b.K}, Product{c, cByRow}, add);
}

/** C [M, N] += A [M, K] B for B as it is, row by row: for products too small to be worth packing. */
inline void multiplyPlain(int M, Left a, const float* b, int K, int N, float* c, long cByRow) {
  for (int m = 0; m < M; m++)
    for (int k = 0; k < K; k++) {
      const float x = a.data[m * a.byRow + k * a.byColumn];
      const float* row = b + size_t(k) * N;
      float* sums = c + m * cByRow;
      int n = 0;
      for (; n + LANES <= N; n += LANES) store(sums + n, load(sums + n) + x * load(row + n));
      for (; n < N; n++) sums[n] += x * row[n];
    }
}

}  // namespace refrain
