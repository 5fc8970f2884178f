// LSTM and GRU over whole sequences, and their gradients to the gates. Every thread takes some rows of the batch through
// all steps, so that threads never wait for each other. Step t of row b is row t * B + b; at the first padding[b] steps of
// row b the state is carried on unchanged.
#include "product.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Sizes and padding of one call. */
struct Layout {
  Layout(const Call::Input& x, const Call::Input& padding, const Call::Input& recurrent, int gates)
      : B(padding.size(0)), T(B ? x.size(0) / B : 0), H(recurrent.size(0)), padding(padding.integers()) {
    require(x.shape.size() == 2 && int64_t(T) * B == x.size(0), "rows must be steps x batch size");
    require(recurrent.size(1) == gates * H, "recurrent weights must be [H, gates * H]");
  }
  int64_t rows() const { return int64_t(T) * B; }
  bool isState(const Call::Input& input) const { return input.size(0) == B && input.size(1) == H; }

  int B, T, H;
  const int32_t* padding;
};

/** Weights [K, N] on the right of products: packed, unless there are too few products for that. */
class Weights {
 public:
  Weights(const float* matrix, int K, int N, int64_t rows)
      : matrix_(matrix), isPacked_(rows >= FEW_ROWS), packed_(isPacked_ ? K : 0, N), K_(K), N_(N) {
    packed_.fillAll(matrix, N, 1);
  }

  /** C [M, N] += A [M, K] W, rows of A and C one after the other. */
  void addProduct(int M, const float* a, float* c) const {
    if (isPacked_) multiply(M, Left{a, K_, 1}, packed_, c, N_, true);
    else multiplyPlain(M, Left{a, K_, 1}, matrix_, K_, N_, c, N_);
  }
  int width() const { return N_; }
  int depth() const { return K_; }

 private:
  static constexpr int FEW_ROWS = 8;
  const float* matrix_;
  bool isPacked_;
  Packed packed_;
  int K_, N_;
};

/** The transposed matrix, packed: from [N, K]. */
inline Packed packedTransposed(const float* matrix, int K, int N) {
  Packed p(K, N);
  p.fillAll(matrix, 1, K);
  return p;
}

/** Calls step(from, to, count) for the units of a row. */
template <class Step>
INLINE void overUnits(int H, Step step) {
  for (int u = 0; u < H; u += LANES) step(u, std::min(LANES, H - u));
}

INLINE void copyRow(float* to, const float* from, int n) { std::memcpy(to, from, 4 * size_t(n)); }

/** x Wx + b for some rows of one step. */
inline void project(const Layout& l, int t, int from, int to, const float* x, const Weights& Wx, const float* bias, float* gates) {
  const int64_t first = int64_t(t) * l.B + from;
  for (int b = 0; b < to - from; b++) std::memcpy(gates + (first + b) * Wx.width(), bias, 4 * size_t(Wx.width()));
  Wx.addProduct(to - from, x + first * Wx.depth(), gates + first * Wx.width());
}

/**
 * c = f c + i g; h = o tanh c, gates in the order i, g, f, o.
 * x [T*B, D]; padding [B]; Wx [D, 4H]; Wh [H, 4H]; bias [4H]; h0, c0 [B, H] -> h, gates after their functions, c
 */
void lstm(Call& call) {
  const auto x = call.input(0), padding = call.input(1), Wx = call.input(2), Wh = call.input(3), bias = call.input(4);
  const auto hidden = call.input(5), cell = call.input(6);
  const float *h0 = hidden.floats(), *c0 = cell.floats();
  const Layout l(x, padding, Wh, 4);
  const int H = l.H, width = 4 * H, D = x.size(1);
  require(l.isState(hidden) && l.isState(cell), "the initial state must be [B, H]");
  require(Wx.size(0) == D && Wx.size(1) == width && bias.size(0) == width, "input weights must be [D, 4 * H]");
  float* h = call.output(0, {l.rows(), H});
  float* gates = call.output(1, {l.rows(), width});
  float* c = call.output(2, {l.rows(), H});
  const Weights input(Wx.floats(), D, width, l.rows()), between(Wh.floats(), H, width, l.rows());
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    for (int t = 0; t < l.T; t++) {
      const int64_t row = int64_t(t) * l.B;
      const float *before = t ? h + (row - l.B) * H : h0, *cBefore = t ? c + (row - l.B) * H : c0;
      project(l, t, from, to, x.floats(), input, bias.floats(), gates);
      between.addProduct(to - from, before + int64_t(from) * H, gates + (row + from) * width);
      for (int b = from; b < to; b++) {
        float *hs = h + (row + b) * H, *cs = c + (row + b) * H, *gs = gates + (row + b) * width;
        if (t < l.padding[b]) {
          copyRow(hs, before + int64_t(b) * H, H);
          copyRow(cs, cBefore + int64_t(b) * H, H);
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const Vector i = sigmoid(loadSome(gs + u, n)), g = tangent(loadSome(gs + H + u, n));
          const Vector f = sigmoid(loadSome(gs + 2 * H + u, n)), o = sigmoid(loadSome(gs + 3 * H + u, n));
          const Vector next = f * loadSome(cBefore + int64_t(b) * H + u, n) + i * g;
          storeSome(gs + u, i, n), storeSome(gs + H + u, g, n);
          storeSome(gs + 2 * H + u, f, n), storeSome(gs + 3 * H + u, o, n);
          storeSome(cs + u, next, n), storeSome(hs + u, o * tangent(next), n);
        });
      }
    }
  });
}

/** dh [T*B, H]; padding [B]; gates, c of `lstm`; c0 [B, H]; Wh [H, 4H] -> to the gates before their functions, h0, c0 */
void lstmGradient(Call& call) {
  const auto dStates = call.input(0), padding = call.input(1);
  const float *gates = call.input(2).floats(), *c = call.input(3).floats(), *c0 = call.input(4).floats();
  const auto Wh = call.input(5);
  const Layout l(dStates, padding, Wh, 4);
  const int H = l.H, width = 4 * H;
  float* dGates = call.output(0, {l.rows(), width});
  float* dh = call.output(1, {l.B, H});
  float* dc = call.output(2, {l.B, H});
  const Packed back = packedTransposed(Wh.floats(), width, H);
  std::memset(dh, 0, 4 * size_t(l.B) * H);
  std::memset(dc, 0, 4 * size_t(l.B) * H);
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    for (int t = l.T - 1; t >= 0; t--) {
      const int64_t row = int64_t(t) * l.B;
      for (int b = from; b < to; b++) {
        float *dhs = dh + int64_t(b) * H, *dcs = dc + int64_t(b) * H, *out = dGates + (row + b) * width;
        const float *gs = gates + (row + b) * width, *ds = dStates.floats() + (row + b) * H;
        const float *cs = c + (row + b) * H, *cBefore = t ? c + (row - l.B + b) * H : c0 + int64_t(b) * H;
        if (t < l.padding[b]) {
          std::memset(out, 0, 4 * size_t(width));
          overUnits(H, [&](int u, int n) { storeSome(dhs + u, loadSome(dhs + u, n) + loadSome(ds + u, n), n); });
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const Vector i = loadSome(gs + u, n), g = loadSome(gs + H + u, n);
          const Vector f = loadSome(gs + 2 * H + u, n), o = loadSome(gs + 3 * H + u, n);
          const Vector squashed = tangent(loadSome(cs + u, n));
          const Vector d = loadSome(dhs + u, n) + loadSome(ds + u, n);
          const Vector dNext = loadSome(dcs + u, n) + d * o * (1.0f - squashed * squashed);
          storeSome(out + u, dNext * g * i * (1.0f - i), n);
          storeSome(out + H + u, dNext * i * (1.0f - g * g), n);
          storeSome(out + 2 * H + u, dNext * loadSome(cBefore + u, n) * f * (1.0f - f), n);
          storeSome(out + 3 * H + u, d * squashed * o * (1.0f - o), n);
          storeSome(dcs + u, dNext * f, n);
          storeSome(dhs + u, Vector{}, n);
        });
      }
      // Padded rows keep what they carry: their gates' gradient is zero.
      multiply(to - from, Left{dGates + (row + from) * width, width, 1}, back, dh + int64_t(from) * H, H, true);
    }
  });
}

/**
 * r = s(xr + hr); z = s(xz + hz); n = tanh(xn + r hn); h = (1 - z) n + z h, gates in the order r, z, n.
 * x [T*B, D]; padding [B]; Wx [D, 3H]; Wh [H, 3H]; bias [3H]; h0 [B, H] -> h; r, z, n after their functions; hn
 */
void gru(Call& call) {
  const auto x = call.input(0), padding = call.input(1), Wx = call.input(2), Wh = call.input(3), bias = call.input(4);
  const auto hidden = call.input(5);
  const float* h0 = hidden.floats();
  const Layout l(x, padding, Wh, 3);
  const int H = l.H, width = 3 * H, D = x.size(1);
  require(l.isState(hidden), "the initial state must be [B, H]");
  require(Wx.size(0) == D && Wx.size(1) == width && bias.size(0) == width, "input weights must be [D, 3 * H]");
  float* h = call.output(0, {l.rows(), H});
  float* gates = call.output(1, {l.rows(), width});
  float* candidates = call.output(2, {l.rows(), H});
  const Weights input(Wx.floats(), D, width, l.rows()), between(Wh.floats(), H, width, l.rows());
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    const Buffer recurrent(size_t(to - from) * width);
    for (int t = 0; t < l.T; t++) {
      const int64_t row = int64_t(t) * l.B;
      const float* before = t ? h + (row - l.B) * H : h0;
      project(l, t, from, to, x.floats(), input, bias.floats(), gates);
      std::memset(recurrent.data(), 0, 4 * size_t(to - from) * width);
      between.addProduct(to - from, before + int64_t(from) * H, recurrent.data());
      for (int b = from; b < to; b++) {
        float *hs = h + (row + b) * H, *gs = gates + (row + b) * width, *kept = candidates + (row + b) * H;
        const float *own = recurrent.data() + int64_t(b - from) * width, *last = before + int64_t(b) * H;
        if (t < l.padding[b]) {
          copyRow(hs, last, H);
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const Vector r = sigmoid(loadSome(gs + u, n) + loadSome(own + u, n));
          const Vector z = sigmoid(loadSome(gs + H + u, n) + loadSome(own + H + u, n));
          const Vector hn = loadSome(own + 2 * H + u, n);
          const Vector next = tangent(loadSome(gs + 2 * H + u, n) + r * hn);
          storeSome(gs + u, r, n), storeSome(gs + H + u, z, n), storeSome(gs + 2 * H + u, next, n);
          storeSome(kept + u, hn, n);
          storeSome(hs + u, next + z * (loadSome(last + u, n) - next), n);
        });
      }
    }
  });
}

/**
 * dh [T*B, H]; padding [B]; h, gates, hn of `gru`; h0 [B, H]; Wh [H, 3H]
 * -> to the input projection; to the recurrent projection; to h0
 */
void gruGradient(Call& call) {
  const auto dStates = call.input(0), padding = call.input(1);
  const float *h = call.input(2).floats(), *gates = call.input(3).floats(), *candidates = call.input(4).floats();
  const float* h0 = call.input(5).floats();
  const auto Wh = call.input(6);
  const Layout l(dStates, padding, Wh, 3);
  const int H = l.H, width = 3 * H;
  float* dInput = call.output(0, {l.rows(), width});
  float* dRecurrent = call.output(1, {l.rows(), width});
  float* dh = call.output(2, {l.B, H});
  const Packed back = packedTransposed(Wh.floats(), width, H);
  std::memset(dh, 0, 4 * size_t(l.B) * H);
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    for (int t = l.T - 1; t >= 0; t--) {
      const int64_t row = int64_t(t) * l.B;
      for (int b = from; b < to; b++) {
        float *dhs = dh + int64_t(b) * H, *dx = dInput + (row + b) * width, *dr = dRecurrent + (row + b) * width;
        const float *gs = gates + (row + b) * width, *ds = dStates.floats() + (row + b) * H;
        const float *kept = candidates + (row + b) * H, *last = t ? h + (row - l.B + b) * H : h0 + int64_t(b) * H;
        if (t < l.padding[b]) {
          std::memset(dx, 0, 4 * size_t(width)), std::memset(dr, 0, 4 * size_t(width));
          overUnits(H, [&](int u, int n) { storeSome(dhs + u, loadSome(dhs + u, n) + loadSome(ds + u, n), n); });
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const Vector r = loadSome(gs + u, n), z = loadSome(gs + H + u, n), next = loadSome(gs + 2 * H + u, n);
          const Vector d = loadSome(dhs + u, n) + loadSome(ds + u, n);
          const Vector dNext = d * (1.0f - z) * (1.0f - next * next);
          const Vector dz = d * (loadSome(last + u, n) - next) * z * (1.0f - z);
          const Vector dReset = dNext * loadSome(kept + u, n) * r * (1.0f - r);
          storeSome(dx + u, dReset, n), storeSome(dx + H + u, dz, n), storeSome(dx + 2 * H + u, dNext, n);
          storeSome(dr + u, dReset, n), storeSome(dr + H + u, dz, n), storeSome(dr + 2 * H + u, dNext * r, n);
          storeSome(dhs + u, d * z, n);
        });
      }
      multiply(to - from, Left{dRecurrent + (row + from) * width, width, 1}, back, dh + int64_t(from) * H, H, true);
    }
  });
}

void registerRecurrent() {
  registerOperation<lstm>("RefrainLstm",
                          {"x: float", "padding: int32", "input: float", "recurrent: float", "bias: float", "h0: float", "c0: float"},
                          {"h: float", "gates: float", "c: float"});
  registerOperation<lstmGradient>("RefrainLstmGradient",
                                  {"dh: float", "padding: int32", "gates: float", "c: float", "c0: float", "recurrent: float"},
                                  {"dgates: float", "dh0: float", "dc0: float"});
  registerOperation<gru>("RefrainGru",
                         {"x: float", "padding: int32", "input: float", "recurrent: float", "bias: float", "h0: float"},
                         {"h: float", "gates: float", "hn: float"});
  registerOperation<gruGradient>("RefrainGruGradient",
                                 {"dh: float", "padding: int32", "h: float", "gates: float", "hn: float", "h0: float", "recurrent: float"},
                                 {"dinput: float", "drecurrent: float", "dh0: float"});
}

}  // namespace refrain
