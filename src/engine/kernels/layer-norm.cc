// Layer norm and GELU, each in one pass over its numbers, where operations one by one would move them through memory ten times.
#include <algorithm>
#include <cmath>
#include <vector>
#include "simd.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Rows are shared out in so many blocks whatever the number of threads, so that sums over rows are the same on every machine. */
constexpr int BLOCKS = 16;
/** Numbers that take as long as waking a thread. */
constexpr int64_t WORTH_A_THREAD = 1 << 14;

/** Calls work(from, to, block) for blocks of [0, rows). */
template <class Work>
void inBlocks(int rows, int width, Work work) {
  const auto blocks = [&](int from, int to, int) {
    for (int b = from; b < to; b++) work(int(int64_t(rows) * b / BLOCKS), int(int64_t(rows) * (b + 1) / BLOCKS), b);
  };
  inParts(BLOCKS, blocks, int64_t(rows) * width < WORTH_A_THREAD ? BLOCKS + 1 : 2);
}

/** Calls step(d, count) for the numbers of a row. */
template <class Step>
INLINE void overRow(int D, Step step) {
  for (int d = 0; d < D; d += LANES) step(d, std::min(LANES, D - d));
}

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + shift over each row.
 * x [N, D]; scale, shift [D]; epsilon [1] -> y [N, D]; mean and 1 / sqrt(variance + epsilon) of each row [N, 2]
 */
void layerNorm(Call& call) {
  const auto x = call.input(0), scale = call.input(1), shift = call.input(2), epsilon = call.input(3);
  const int N = x.size(0), D = x.size(1);
  require(scale.size(0) == D && shift.size(0) == D, "scale and shift must be [D]");
  float* y = call.output(0, {N, D});
  float* moments = call.output(1, {N, 2});
  inBlocks(N, D, [&](int from, int to, int) {
    for (int n = from; n < to; n++) {
      const float* row = x.floats() + int64_t(n) * D;
      float* out = y + int64_t(n) * D;
      Vector total = Vector{}, squares = Vector{};
      overRow(D, [&](int d, int count) { total += loadSome(row + d, count); });
      const float mean = sum(total) / D;
      overRow(D, [&](int d, int count) {
        const Vector centred = loadSome(row + d, count, mean) - mean;
        squares += centred * centred;
      });
      const float inverse = 1 / std::sqrt(sum(squares) / D + epsilon.floats()[0]);
      overRow(D, [&](int d, int count) {
        const Vector normal = (loadSome(row + d, count) - mean) * inverse;
        storeSome(out + d, normal * loadSome(scale.floats() + d, count) + loadSome(shift.floats() + d, count), count);
      });
      moments[2 * n] = mean, moments[2 * n + 1] = inverse;
    }
  });
}

/**
 * With n the normal row and g = scale dy: dx = (g - mean(g) - n mean(n g)) / sqrt(variance + epsilon).
 * dy, x [N, D]; moments of `layerNorm`; scale [D] -> dx [N, D]; dScale, dShift [D]
 */
void layerNormGradient(Call& call) {
  const auto dy = call.input(0), x = call.input(1), moments = call.input(2), scale = call.input(3);
  const int N = x.size(0), D = x.size(1);
  require(dy.size(0) == N && dy.size(1) == D && moments.size(0) == N && scale.size(0) == D, "gradient and rows do not fit");
  float* dx = call.output(0, {N, D});
  float* dScale = call.output(1, {D});
  float* dShift = call.output(2, {D});
  std::vector<float> parts(size_t(2) * BLOCKS * D, 0.0f);
  inBlocks(N, D, [&](int from, int to, int block) {
    float *scales = parts.data() + size_t(2) * block * D, *shifts = scales + D;
    for (int n = from; n < to; n++) {
      const float *row = x.floats() + int64_t(n) * D, *d = dy.floats() + int64_t(n) * D;
      const float mean = moments.floats()[2 * n], inverse = moments.floats()[2 * n + 1];
      Vector all = Vector{}, along = Vector{};
      overRow(D, [&](int i, int count) {
        const Vector normal = (loadSome(row + i, count) - mean) * inverse, back = loadSome(d + i, count);
        const Vector g = back * loadSome(scale.floats() + i, count);
        all += g, along += g * normal;
        storeSome(scales + i, loadSome(scales + i, count) + back * normal, count);
        storeSome(shifts + i, loadSome(shifts + i, count) + back, count);
      });
      const float mean1 = sum(all) / D, mean2 = sum(along) / D;
      overRow(D, [&](int i, int count) {
        const Vector normal = (loadSome(row + i, count) - mean) * inverse;
        const Vector g = loadSome(d + i, count) * loadSome(scale.floats() + i, count);
        storeSome(dx + int64_t(n) * D + i, (g - mean1 - normal * mean2) * inverse, count);
      });
    }
  });
  std::fill(dScale, dScale + D, 0.0f), std::fill(dShift, dShift + D, 0.0f);
  for (int block = 0; block < BLOCKS; block++)
    for (int d = 0; d < D; d++) {
      dScale[d] += parts[size_t(2) * block * D + d];
      dShift[d] += parts[(size_t(2) * block + 1) * D + d];
    }
}

constexpr float ROOT_2_PI = 0.7978845608f, CUBE = 0.044715f;

/** 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). x [N, D] -> y [N, D] */
void gelu(Call& call) {
  const auto x = call.input(0);
  const int N = x.size(0), D = x.size(1);
  float* y = call.output(0, {N, D});
  inBlocks(N, D, [&](int from, int to, int) {
    for (int64_t i = int64_t(from) * D, end = int64_t(to) * D; i < end; i += LANES) {
      const int count = int(std::min<int64_t>(LANES, end - i));
      const Vector v = loadSome(x.floats() + i, count);
      storeSome(y + i, 0.5f * v * (1.0f + tangent(ROOT_2_PI * v * (1.0f + CUBE * v * v))), count);
    }
  });
}

/** dy, x [N, D] -> dx [N, D] */
void geluGradient(Call& call) {
  const auto dy = call.input(0), x = call.input(1);
  const int N = x.size(0), D = x.size(1);
  require(dy.size(0) == N && dy.size(1) == D, "gradient and rows do not fit");
  float* dx = call.output(0, {N, D});
  inBlocks(N, D, [&](int from, int to, int) {
    for (int64_t i = int64_t(from) * D, end = int64_t(to) * D; i < end; i += LANES) {
      const int count = int(std::min<int64_t>(LANES, end - i));
      const Vector v = loadSome(x.floats() + i, count), square = v * v;
      const Vector t = tangent(ROOT_2_PI * v * (1.0f + CUBE * square));
      const Vector inner = ROOT_2_PI * (1.0f + 3.0f * CUBE * square);
      storeSome(dx + i, loadSome(dy.floats() + i, count) * 0.5f * (1.0f + t + v * (1.0f - t * t) * inner), count);
    }
  });
}

void registerLayerNorm() {
  registerOperation<layerNorm>("RefrainLayerNorm", {"x: float", "scale: float", "shift: float", "epsilon: float"},
                               {"y: float", "moments: float"});
  registerOperation<layerNormGradient>("RefrainLayerNormGradient", {"dy: float", "x: float", "moments: float", "scale: float"},
                                       {"dx: float", "dscale: float", "dshift: float"});
  registerOperation<gelu>("RefrainGelu", {"x: float"}, {"y: float"});
  registerOperation<geluGradient>("RefrainGeluGradient", {"dy: float", "x: float"}, {"dx: float"});
}

}  // namespace refrain
