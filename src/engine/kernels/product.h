// Products of matrices in tiles that stay in registers.
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
#include "simd.h"

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

/** How the right matrix of a product lies: panels of TILE_COLUMNS columns, [panels][K][TILE_COLUMNS], zero behind N. */
struct Packed {
  Packed(int K, int N) : K(K), N(N), buffer(size_t((N + TILE_COLUMNS - 1) / TILE_COLUMNS) * K * TILE_COLUMNS) {}
  int panels() const { return (N + TILE_COLUMNS - 1) / TILE_COLUMNS; }
  float* panel(int j) const { return buffer.data() + size_t(j) * K * TILE_COLUMNS; }

  /** Fills one panel from a matrix whose element (k, n) is at from[k * byRow + n * byColumn]. */
  void fill(int j, const float* from, long byRow, long byColumn) const {
    float* to = panel(j);
    const int n = std::min(TILE_COLUMNS, N - j * TILE_COLUMNS);
    from += long(j) * TILE_COLUMNS * byColumn;
    if (byColumn == 1) {
      for (int k = 0; k < K; k++) {
        std::memcpy(to + k * TILE_COLUMNS, from + k * byRow, 4 * n);
        std::fill(to + k * TILE_COLUMNS + n, to + (k + 1) * TILE_COLUMNS, 0.0f);
      }
      return;
    }
    if (n < TILE_COLUMNS) std::fill(to, to + size_t(K) * TILE_COLUMNS, 0.0f);
    for (int c = 0; c < n; c++)
      for (int k = 0; k < K; k++) to[k * TILE_COLUMNS + c] = from[k * byRow + c * byColumn];
  }

  void fillAll(const float* from, long byRow, long byColumn) const {
    for (int j = 0; j < panels(); j++) fill(j, from, byRow, byColumn);
  }

  int K, N;
  Buffer buffer;
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

/** From one number up to, but not including, another. */
struct Range {
  int from, to;
};

/**
 * C [M, N] (+)= A [M, K] B, for some panels of B and some steps of K. A has a unit stride one way; its first step is the first
 * of `depth`, and C's first column the first of B.
 */
inline void multiply(int M, Left a, const Packed& b, Range panels, Range depth, float* c, long cByRow, bool add) {
  const int blocks = (M + TILE_ROWS - 1) / TILE_ROWS;
  for (int start = depth.from; start < depth.to; start += DEPTH) {
    const int steps = std::min(DEPTH, depth.to - start);
    for (int j = panels.from; j < panels.to; j++) {
      const float* panel = b.panel(j) + size_t(start) * TILE_COLUMNS;
      const int columns = std::min(TILE_COLUMNS, b.N - j * TILE_COLUMNS);
      // Blocks of nearly the same height: a last one of a single row would be slow.
      for (int i = 0, row = 0; i < blocks; i++) {
        const int rows = (M - row + (blocks - i) - 1) / (blocks - i);
        const Left part{a.data + row * a.byRow + (start - depth.from) * a.byColumn, a.byRow, a.byColumn};
        tileTable(rows, std::make_integer_sequence<int, TILE_ROWS>{})(
            steps, part, panel, c + row * cByRow + j * TILE_COLUMNS, cByRow, columns, add || start > depth.from);
        row += rows;
      }
    }
  }
}

inline void multiply(int M, Left a, const Packed& b, float* c, long cByRow, bool add) {
  multiply(M, a, b, {0, b.panels()}, {0, b.K}, c, cByRow, add);
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

/** C [M, N] += A [M, K] B, where A lies in bands of TILE_ROWS rows, [bands][K][TILE_ROWS]. */
inline void multiplyBands(int M, const float* bands, const Packed& b, float* c, long cByRow) {
  for (int start = 0; start < b.K; start += DEPTH) {
    const int depth = std::min(DEPTH, b.K - start);
    for (int j = 0; j < b.panels(); j++) {
      const int columns = std::min(TILE_COLUMNS, b.N - j * TILE_COLUMNS);
      for (int row = 0; row < M; row += TILE_ROWS) {
        const Left band{bands + size_t(row) * b.K + size_t(start) * TILE_ROWS, 1, TILE_ROWS};
        tileTable(std::min(TILE_ROWS, M - row), std::make_integer_sequence<int, TILE_ROWS>{})(
            depth, band, b.panel(j) + size_t(start) * TILE_COLUMNS, c + row * cByRow + j * TILE_COLUMNS, cByRow, columns, true);
      }
    }
  }
}

}  // namespace refrain
