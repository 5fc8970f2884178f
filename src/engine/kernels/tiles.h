// Products on the matrix units of newer Intel processors (AMX), which multiply tiles of 16 rows of bfloat16 numbers.
//
// A float32 number is split into two of bfloat16, x = high + low, which keeps 16 to 17 of its 24 bits, and a product is
// high high + high low + low high, added up in float32: an error of about 1e-5 of a term, at several times the speed of
// float32 units. PyTorch calls this precision "high", Intel's library bf16x3. Source: Henry, Tang & Heinecke 2019.
#pragma once
#include "simd.h"

#if defined(__linux__) && defined(__AMX_BF16__) && defined(__AVX512BW__)
#define REFRAIN_TILES
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cstdlib>
#endif

namespace refrain {

/** Rows of a tile, and its columns; steps along the shared dimension that one instruction takes. */
constexpr int TILE_SIDE = 16, TILE_DEPTH = 2 * TILE_SIDE;

/** Whether products run on tiles: where the processor has them, Linux lets us, and REFRAIN_KERNELS is not float32. */
inline bool usesTiles() {
#ifdef REFRAIN_TILES
  static const bool uses = [] {
    const char* asked = std::getenv("REFRAIN_KERNELS");
    constexpr int REQUEST = 0x1023, TILE_DATA = 18;  // arch_prctl: the state of tiles is large, so Linux wants to be asked
    return !(asked && std::strcmp(asked, "float32") == 0) && syscall(SYS_arch_prctl, REQUEST, TILE_DATA) == 0;
  }();
  return uses;
#else
  return false;
#endif
}

#ifdef REFRAIN_TILES

/** Rounded to what bfloat16 holds, as a float32 with zeros behind. */
INLINE __m512i highPart(__m512 x) {
  const __m512i half = _mm512_set1_epi32(0x8000), mask = _mm512_set1_epi32(int(0xffff0000));
  return _mm512_and_si512(_mm512_add_epi32(_mm512_castps_si512(x), half), mask);
}

INLINE __m512 lowPart(__m512 x, __m512i high) { return _mm512_sub_ps(x, _mm512_castsi512_ps(high)); }

/** Pairs of 32 high parts that follow each other, 16 in each. */
INLINE __m512i pairsOf(__m512i first, __m512i second) {
  const __m512i odd = _mm512_set_epi16(63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33, 31, 29, 27, 25, 23, 21, 19,
                                       17, 15, 13, 11, 9, 7, 5, 3, 1);
  return _mm512_permutex2var_epi16(first, odd, second);
}

/** Pairs of high parts that stand below each other. */
INLINE __m512i pairsBelow(__m512i upper, __m512i lower) { return _mm512_or_si512(_mm512_srli_epi32(upper, 16), lower); }

/** Turns a square of 16 x 16 numbers of 32 bits around its diagonal. */
INLINE void transpose(__m512i* rows) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 16; i += 8)
    for (int k = 0; k < 4; k++) {
      t[i + k] = _mm512_shuffle_i32x4(rows[i + k], rows[i + k + 4], 0x88);
      t[i + k + 4] = _mm512_shuffle_i32x4(rows[i + k], rows[i + k + 4], 0xdd);
    }
  for (int k = 0; k < 8; k++) {
    rows[k] = _mm512_shuffle_i32x4(t[k], t[k + 8], 0x88);
    rows[k + 8] = _mm512_shuffle_i32x4(t[k], t[k + 8], 0xdd);
  }
}

/**
 * Fills the tile of high parts and that of low parts from lines of numbers. `lineIsDepth` says which way lines go: along the
 * shared dimension (up to 16 lines of up to 32 numbers), or across it (up to 32 lines of up to 16). `rowIsPair` says what a row
 * of the tile is: 16 neighbours across for one pair of steps (the right matrix), or 16 pairs of steps (the left one).
 */
INLINE void fillTiles(const float* lines, long byLine, int lineCount, int length, bool lineIsDepth, bool rowIsPair, void* high, void* low) {
  __m512i highs[16], lows[16];
  for (int i = 0; i < 16; i++) {
    __m512 a, b;  // what makes the pairs: neighbours in a line, or two lines
    if (lineIsDepth) {
      const float* line = lines + i * byLine;
      const int n = i < lineCount ? length : 0;
      const auto first = __mmask16((1u << std::min(n, 16)) - 1), second = __mmask16((1u << std::max(0, n - 16)) - 1);
      a = _mm512_maskz_loadu_ps(first, line), b = _mm512_maskz_loadu_ps(second, line + 16);
    } else {
      const auto mask = __mmask16((1u << length) - 1);
      const float* line = lines + 2 * i * byLine;
      a = _mm512_maskz_loadu_ps(2 * i < lineCount ? mask : 0, line);
      b = _mm512_maskz_loadu_ps(2 * i + 1 < lineCount ? mask : 0, line + byLine);
    }
    const __m512i highA = highPart(a), highB = highPart(b), lowA = highPart(lowPart(a, highA)), lowB = highPart(lowPart(b, highB));
    highs[i] = lineIsDepth ? pairsOf(highA, highB) : pairsBelow(highA, highB);
    lows[i] = lineIsDepth ? pairsOf(lowA, lowB) : pairsBelow(lowA, lowB);
  }
  if (lineIsDepth == rowIsPair) transpose(highs), transpose(lows);
  for (int i = 0; i < 16; i++) {
    _mm512_storeu_si512(static_cast<char*>(high) + 64 * i, highs[i]);
    _mm512_storeu_si512(static_cast<char*>(low) + 64 * i, lows[i]);
  }
}

/** Tells the processor that all eight tiles are of 16 rows of 64 bytes, until the end of its life. */
class TilesInUse {
 public:
  TilesInUse() {
    struct __attribute__((packed)) {
      uint8_t palette = 1, start = 0, reserved[14] = {};
      uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } config;
    _tile_loadconfig(&config);
  }
  ~TilesInUse() { _tile_release(); }
};

// The instructions, by the numbers of tiles: GCC's own names for them take no template parameters.
template <int TILE>
INLINE void loadTile(const void* from, long byRow) {
  __asm__ volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(byRow), "i"(TILE) : "memory");
}
template <int TILE>
INLINE void storeTile(void* to, long byRow) {
  __asm__ volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(byRow), "i"(TILE) : "memory");
}
template <int TILE>
INLINE void zeroTile() {
  __asm__ volatile("tilezero %%tmm%c0" ::"i"(TILE));
}
/** SUMS += LEFT RIGHT */
template <int SUMS, int LEFT, int RIGHT>
INLINE void multiplyTile() {
  __asm__ volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(SUMS), "i"(LEFT), "i"(RIGHT));
}

/** Where a tile of sums goes: `rows` x `columns` of it are there. */
struct TilePlace {
  float* data;
  long byRow;
  int rows, columns;
  bool isWhole() const { return rows == TILE_SIDE && columns == TILE_SIDE; }
};

template <int TILE>
INLINE void loadSums(const TilePlace& place, bool add) {
  if (!add) return zeroTile<TILE>();
  if (place.isWhole()) return loadTile<TILE>(place.data, 4 * place.byRow);
  alignas(64) float whole[TILE_SIDE * TILE_SIDE] = {};
  for (int i = 0; i < place.rows; i++) std::memcpy(whole + i * TILE_SIDE, place.data + i * place.byRow, 4 * place.columns);
  loadTile<TILE>(whole, 4 * TILE_SIDE);
}

template <int TILE>
INLINE void storeSums(const TilePlace& place) {
  if (place.isWhole()) return storeTile<TILE>(place.data, 4 * place.byRow);
  alignas(64) float whole[TILE_SIDE * TILE_SIDE];
  storeTile<TILE>(whole, 4 * TILE_SIDE);
  for (int i = 0; i < place.rows; i++) std::memcpy(place.data + i * place.byRow, whole + i * TILE_SIDE, 4 * place.columns);
}

/** Bytes of one tile; four of them, high and low parts of two tiles side by side, are a step of a matrix. */
constexpr int TILE_BYTES = 1024, STEP_BYTES = 4 * TILE_BYTES;

/**
 * Sums of ROWS x COLUMNS tiles over some steps. a and b point to steps, each of them [high of tile 0, high of tile 1, low of
 * tile 0, low of tile 1]. Tiles 0 to 3 hold sums, 4 and 5 what comes from a, 6 and 7 what comes from b. Of each step at `next`,
 * if that is given, `ahead` lines of the cache are fetched.
 */
template <int ROWS, int COLUMNS>
INLINE void multiplySteps(int steps, const char* a, const char* b, const TilePlace (*places)[2], bool add, const char* next, int ahead) {
  constexpr bool two = ROWS == 2, wide = COLUMNS == 2;
  loadSums<0>(places[0][0], add);
  if constexpr (wide) loadSums<1>(places[0][1], add);
  if constexpr (two) loadSums<2>(places[1][0], add);
  if constexpr (two && wide) loadSums<3>(places[1][1], add);
  for (int s = 0; s < steps; s++, a += STEP_BYTES, b += STEP_BYTES) {
    if (next)
      for (int i = 0; i < ahead; i++) __builtin_prefetch(next + s * STEP_BYTES + 64 * i, 0, 2);
    loadTile<6>(b, 64);
    if constexpr (wide) loadTile<7>(b + TILE_BYTES, 64);
    loadTile<4>(a + 2 * TILE_BYTES, 64);
    multiplyTile<0, 4, 6>();
    if constexpr (wide) multiplyTile<1, 4, 7>();
    if constexpr (two) {
      loadTile<5>(a + 3 * TILE_BYTES, 64);
      multiplyTile<2, 5, 6>();
      if constexpr (wide) multiplyTile<3, 5, 7>();
    }
    loadTile<4>(a, 64);
    multiplyTile<0, 4, 6>();
    if constexpr (wide) multiplyTile<1, 4, 7>();
    if constexpr (two) {
      loadTile<5>(a + TILE_BYTES, 64);
      multiplyTile<2, 5, 6>();
      if constexpr (wide) multiplyTile<3, 5, 7>();
    }
    loadTile<6>(b + 2 * TILE_BYTES, 64);
    if constexpr (wide) loadTile<7>(b + 3 * TILE_BYTES, 64);
    multiplyTile<0, 4, 6>();
    if constexpr (wide) multiplyTile<1, 4, 7>();
    if constexpr (two) multiplyTile<2, 5, 6>();
    if constexpr (two && wide) multiplyTile<3, 5, 7>();
  }
  storeSums<0>(places[0][0]);
  if constexpr (wide) storeSums<1>(places[0][1]);
  if constexpr (two) storeSums<2>(places[1][0]);
  if constexpr (two && wide) storeSums<3>(places[1][1]);
}

#endif  // REFRAIN_TILES

}  // namespace refrain
