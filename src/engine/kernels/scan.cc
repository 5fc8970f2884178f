// Linear recurrences h[t] = a[t] h[t-1] + b[t] over whole sequences, and their gradients. Step t of row b is row t * B + b; at
// the first padding[b] steps of row b the state is carried on unchanged. There is no product in the loop, so that one thread
// walks through all steps of its rows at the speed of memory.
#include <algorithm>
#include "simd.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

namespace {

/** Numbers that take as long as waking a thread. */
constexpr int64_t WORTH_A_THREAD = 1 << 15;

/** Sizes of one call: rows as [T * B, width]. */
struct Steps {
  Steps(const Call::Input& rows, const Call::Input& padding, int parts)
      : B(padding.size(0)), T(B ? rows.size(0) / B : 0), width(rows.size(1)), H(width / parts), padding(padding.integers()) {
    require(int64_t(T) * B == rows.size(0), "rows must be steps x batch size");
    require(H * parts == width, "real and imaginary parts must be of one size");
  }

  /** Calls work(t, row, before, isReal) for all steps of each row of the batch, first to last; `before` is -1 at the first. */
  template <class Work>
  void forward(Work work) const {
    inParts(B, [&](int from, int to, int) {
      for (int t = 0; t < T; t++)
        for (int b = from; b < to; b++) work(t, b, int64_t(t) * B + b, t ? int64_t(t - 1) * B + b : -1, t >= padding[b]);
    }, WORTH_A_THREAD / std::max(1, T * width));
  }

  /** The same, last to first. */
  template <class Work>
  void backward(Work work) const {
    inParts(B, [&](int from, int to, int) {
      for (int t = T - 1; t >= 0; t--)
        for (int b = from; b < to; b++) work(t, b, int64_t(t) * B + b, t ? int64_t(t - 1) * B + b : -1, t >= padding[b]);
    }, WORTH_A_THREAD / std::max(1, T * width));
  }

  int B, T, width, H;
  const int32_t* padding;
};

template <class Step>
INLINE void overUnits(int H, Step step) {
  for (int u = 0; u < H; u += LANES) step(u, std::min(LANES, H - u));
}

}  // namespace

/** a, b [T*B, H]; padding [B] -> h [T*B, H], from zeros */
void scan(Call& call) {
  const auto a = call.input(0), b = call.input(1), padding = call.input(2);
  const Steps s(a, padding, 1);
  require(b.shape == a.shape, "a and b must be of one shape");
  float* h = call.output(0, {a.shape[0], a.shape[1]});
  s.forward([&](int, int, int64_t row, int64_t before, bool isReal) {
    overUnits(s.H, [&](int u, int n) {
      const Vector last = before < 0 ? Vector{} : loadSome(h + before * s.H + u, n);
      const Vector next = loadSome(a.floats() + row * s.H + u, n) * last + loadSome(b.floats() + row * s.H + u, n);
      storeSome(h + row * s.H + u, isReal ? next : last, n);
    });
  });
}

/** dh, a [T*B, H]; padding [B]; h of `scan` -> to a and b [T*B, H] */
void scanGradient(Call& call) {
  const auto dh = call.input(0), a = call.input(1), padding = call.input(2);
  const float* h = call.input(3).floats();
  const Steps s(a, padding, 1);
  require(dh.shape == a.shape, "a and the gradient must be of one shape");
  float* da = call.output(0, {a.shape[0], a.shape[1]});
  float* db = call.output(1, {a.shape[0], a.shape[1]});
  std::vector<float> carried(size_t(s.B) * s.H, 0.0f);
  s.backward([&](int, int b, int64_t row, int64_t before, bool isReal) {
    float* back = carried.data() + size_t(b) * s.H;
    overUnits(s.H, [&](int u, int n) {
      const Vector d = loadSome(back + u, n) + loadSome(dh.floats() + row * s.H + u, n);
      const Vector last = before < 0 ? Vector{} : loadSome(h + before * s.H + u, n);
      storeSome(da + row * s.H + u, isReal ? d * last : Vector{}, n);
      storeSome(db + row * s.H + u, isReal ? d : Vector{}, n);
      storeSome(back + u, isReal ? d * loadSome(a.floats() + row * s.H + u, n) : d, n);
    });
  });
}

/** The same with complex numbers, real parts before imaginary ones, and one a for all steps. a [2H]; b [T*B, 2H] -> h [T*B, 2H] */
void complexScan(Call& call) {
  const auto a = call.input(0), b = call.input(1), padding = call.input(2);
  const Steps s(b, padding, 2);
  require(a.size(0) == s.width, "a must be as wide as b");
  const float *real = a.floats(), *imaginary = real + s.H;
  float* h = call.output(0, {b.shape[0], b.shape[1]});
  s.forward([&](int, int, int64_t row, int64_t before, bool isReal) {
    overUnits(s.H, [&](int u, int n) {
      const float *in = b.floats() + row * s.width + u, *last = h + before * s.width + u;
      float* out = h + row * s.width + u;
      const Vector x = before < 0 ? Vector{} : loadSome(last, n), y = before < 0 ? Vector{} : loadSome(last + s.H, n);
      const Vector p = loadSome(real + u, n), q = loadSome(imaginary + u, n);
      storeSome(out, isReal ? p * x - q * y + loadSome(in, n) : x, n);
      storeSome(out + s.H, isReal ? q * x + p * y + loadSome(in + s.H, n) : y, n);
    });
  });
}

/** dh [T*B, 2H]; a [2H]; padding [B]; h of `complexScan` -> to a, from each row of the batch [B, 2H]; to b [T*B, 2H] */
void complexScanGradient(Call& call) {
  const auto dh = call.input(0), a = call.input(1), padding = call.input(2);
  const float* h = call.input(3).floats();
  const Steps s(dh, padding, 2);
  require(a.size(0) == s.width, "a must be as wide as the gradient");
  const float *real = a.floats(), *imaginary = real + s.H;
  float* da = call.output(0, {s.B, s.width});
  float* db = call.output(1, {dh.shape[0], dh.shape[1]});
  std::fill(da, da + size_t(s.B) * s.width, 0.0f);
  std::vector<float> carried(size_t(s.B) * s.width, 0.0f);
  s.backward([&](int, int b, int64_t row, int64_t before, bool isReal) {
    float *back = carried.data() + size_t(b) * s.width, *sums = da + size_t(b) * s.width;
    overUnits(s.H, [&](int u, int n) {
      const float *in = dh.floats() + row * s.width + u, *last = h + before * s.width + u;
      float* out = db + row * s.width + u;
      const Vector x = loadSome(back + u, n) + loadSome(in, n), y = loadSome(back + s.H + u, n) + loadSome(in + s.H, n);
      storeSome(out, isReal ? x : Vector{}, n);
      storeSome(out + s.H, isReal ? y : Vector{}, n);
      if (!isReal) return storeSome(back + u, x, n), storeSome(back + s.H + u, y, n);
      const Vector p = loadSome(real + u, n), q = loadSome(imaginary + u, n);
      storeSome(back + u, p * x + q * y, n);
      storeSome(back + s.H + u, p * y - q * x, n);
      if (before < 0) return;
      const Vector lastX = loadSome(last, n), lastY = loadSome(last + s.H, n);
      storeSome(sums + u, loadSome(sums + u, n) + x * lastX + y * lastY, n);
      storeSome(sums + s.H + u, loadSome(sums + s.H + u, n) + y * lastX - x * lastY, n);
    });
  });
}

void registerScan() {
  registerOperation<scan>("RefrainScan", {"a: float", "b: float", "padding: int32"}, {"h: float"});
  registerOperation<scanGradient>("RefrainScanGradient", {"dh: float", "a: float", "padding: int32", "h: float"}, {"da: float", "db: float"});
  registerOperation<complexScan>("RefrainComplexScan", {"a: float", "b: float", "padding: int32"}, {"h: float"});
  registerOperation<complexScanGradient>("RefrainComplexScanGradient", {"dh: float", "a: float", "padding: int32", "h: float"},
                                         {"da: float", "db: float"});
}

}  // namespace refrain
