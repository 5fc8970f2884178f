// Vectors of the width that the processor has, by the vector extension of GCC and Clang.
#pragma once
#include <cstdint>
#include <cstring>
#include <utility>

namespace refrain {

#if defined(__AVX512F__)
constexpr int LANES = 16, TILE_ROWS = 12;
#elif defined(__AVX2__)
constexpr int LANES = 8, TILE_ROWS = 6;
#else
constexpr int LANES = 4, TILE_ROWS = 12;
#endif
/** A tile of a product holds TILE_ROWS x TILE_COLUMNS sums in registers. */
constexpr int TILE_COLUMNS = 2 * LANES;

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int32_t Integers __attribute__((vector_size(4 * LANES)));

#define INLINE inline __attribute__((always_inline))

INLINE Vector load(const float* from) {
  Vector v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

INLINE void store(float* to, Vector v) { std::memcpy(to, &v, sizeof v); }

INLINE Vector all(float x) { return x - Vector{}; }

/** The first `count` numbers, `otherwise` behind them. */
INLINE Vector loadSome(const float* from, int count, float otherwise = 0) {
  if (count >= LANES) return load(from);
  Vector v = all(otherwise);
  std::memcpy(&v, from, 4 * count);
  return v;
}

INLINE void storeSome(float* to, Vector v, int count) {
  if (count >= LANES) store(to, v);
  else std::memcpy(to, &v, 4 * count);
}

#ifdef __clang__
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Integers{__VA_ARGS__})
#endif

/** Sums of neighbours: first those of a, then those of b. */
template <int... I>
INLINE Vector neighbours(Vector a, Vector b, std::integer_sequence<int, I...>) {
  return SHUFFLE(a, b, (2 * I)...) + SHUFFLE(a, b, (2 * I + 1)...);
}
INLINE Vector neighbours(Vector a, Vector b) { return neighbours(a, b, std::make_integer_sequence<int, LANES>()); }

INLINE float sum(Vector v) {
  for (int parts = LANES; parts > 1; parts /= 2) v = neighbours(v, v);
  return v[0];
}

/** The sums of LANES vectors, a lane for each: a tree, in a fifth of the time of one sum after another. */
INLINE Vector sums(Vector (&v)[LANES]) {
  for (int count = LANES; count > 1; count /= 2)
    for (int i = 0; i < count / 2; i++) v[i] = neighbours(v[2 * i], v[2 * i + 1]);
  return v[0];
}

INLINE float largest(Vector v) {
  float most = v[0];
  for (int i = 1; i < LANES; i++) most = v[i] > most ? v[i] : most;
  return most;
}

/** NaN in either gives b. */
INLINE Vector larger(Vector a, Vector b) { return a > b ? a : b; }
INLINE Vector smaller(Vector a, Vector b) { return a < b ? a : b; }

/**
 * e^x within 2 units in the last place, 0 below -87.3 and largest at 88; NaN stays NaN. Cody and Waite's reduction by ln 2
 * in two parts, then a polynomial of degree 6 on [-ln 2 / 2, ln 2 / 2].
 */
INLINE Vector exponential(Vector x) {
  const Vector clamped = larger(all(-87.3f), smaller(all(88.0f), x));
  const Vector magic = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  const Vector shifted = clamped * 1.44269504f + magic;
  const Vector n = shifted - magic;
  const Vector r = clamped - n * 0.693359375f - n * -2.12194440e-4f;
  Vector p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  Integers bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  const Integers power = (bits - 0x4B400000 + 127) << 23;
  Vector scale;
  std::memcpy(&scale, &power, sizeof scale);
  const Vector y = p * scale;
  return x < -87.3f ? Vector{} : (x == x ? y : x);
}

/** The logistic function. */
INLINE Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

/** Near 0 the series, since 1 - 2 / (e^2x + 1) loses the last places there. */
INLINE Vector tangent(Vector x) {
  const Vector square = x * x;
  const Vector series = x * (1.0f - square * (0.333333333f - square * (0.133333333f - square * 0.0539682540f)));
  const Vector far = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  return square < 0.01f ? series : far;
}

}  // namespace refrain
