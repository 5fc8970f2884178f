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

/** Both weights of a layer below each other, [D, N] and [H, N], packed unless there are too few products for that. */
class Weights {
 public:
  Weights(const float* input, int D, const float* between, int H, int N, int64_t rows)
      : input_(input), between_(between), D_(D), H_(H), N_(N), begin_((D + TILE_DEPTH - 1) / TILE_DEPTH * TILE_DEPTH),
        isPacked_(rows >= FEW_ROWS), packed_(isPacked_ ? begin_ + H : 0, N) {
    if (!isPacked_) return;
    for (int j = 0; j < packed_.panels(); j++) {
      packed_.fill(j, {0, D}, input, N, 1);
      packed_.fill(j, {begin_, begin_ + H}, between, N, 1);
    }
  }

  /** gates [M, N] = x Wx, for rows that follow each other. */
  void project(int M, const float* x, float* gates) const {
    if (isPacked_) return multiply(M, Left{x, D_, 1}, packed_, {0, packed_.panels()}, {0, D_}, Product{gates, N_}, false);
    std::memset(gates, 0, 4 * size_t(M) * N_);
    multiplyPlain(M, Left{x, D_, 1}, input_, D_, N_, gates, N_);
  }

  /** gates [M, N] += h Wh */
  void addRecurrent(int M, const float* h, float* gates) const {
    if (isPacked_) multiply(M, Left{h, H_, 1}, packed_, {0, packed_.panels()}, {begin_, begin_ + H_}, Product{gates, N_}, true);
    else multiplyPlain(M, Left{h, H_, 1}, between_, H_, N_, gates, N_);
  }

  /** gates [M, N] = x Wx + h Wh, at once where the processor has tiles. */
  void both(int M, const float* x, const float* h, float* gates) const {
#ifdef REFRAIN_TILES
    if (isPacked_ && usesTiles()) {
      const LeftTiles left(M, begin_ + H_);
      left.fill(M, {0, D_}, Left{x, D_, 1});
      left.fill(M, {begin_, begin_ + H_}, Left{h, H_, 1});
      return left.multiply(M, packed_, {0, packed_.panels()}, {0, begin_ + H_}, Product{gates, N_}, false);
    }
#endif
    project(M, x, gates);
    addRecurrent(M, h, gates);
  }

 private:
  static constexpr int FEW_ROWS = 8;
  const float *input_, *between_;
  int D_, H_, N_, begin_;
  bool isPacked_;
  Packed packed_;
};

INLINE void addRow(float* to, const float* from, int n) {
  for (int i = 0; i < n; i += LANES) storeSome(to + i, loadSome(to + i, n - i) + loadSome(from + i, n - i), n - i);
}

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
  const Weights weights(Wx.floats(), D, Wh.floats(), H, width, l.rows());
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    for (int t = 0; t < l.T; t++) {
      const int64_t row = int64_t(t) * l.B;
      const float *before = t ? h + (row - l.B) * H : h0, *cBefore = t ? c + (row - l.B) * H : c0;
      weights.both(to - from, x.floats() + (row + from) * D, before + int64_t(from) * H, gates + (row + from) * width);
      for (int b = from; b < to; b++) {
        float *hs = h + (row + b) * H, *cs = c + (row + b) * H, *gs = gates + (row + b) * width;
        if (t < l.padding[b]) {
          copyRow(hs, before + int64_t(b) * H, H);
          copyRow(cs, cBefore + int64_t(b) * H, H);
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const auto gate = [&](int k) { return loadSome(gs + k * H + u, n) + loadSome(bias.floats() + k * H + u, n); };
          const Vector i = sigmoid(gate(0)), g = tangent(gate(1)), f = sigmoid(gate(2)), o = sigmoid(gate(3));
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
  const Weights weights(Wx.floats(), D, Wh.floats(), H, width, l.rows());
  inParts(l.B, [&](int from, int to, int) {
    if (from == to) return;
    const Buffer recurrent(size_t(to - from) * width);
    for (int t = 0; t < l.T; t++) {
      const int64_t row = int64_t(t) * l.B;
      const float* before = t ? h + (row - l.B) * H : h0;
      weights.project(to - from, x.floats() + (row + from) * D, gates + (row + from) * width);
      std::memset(recurrent.data(), 0, 4 * size_t(to - from) * width);
      weights.addRecurrent(to - from, before + int64_t(from) * H, recurrent.data());
      for (int b = from; b < to; b++) {
        float *hs = h + (row + b) * H, *gs = gates + (row + b) * width, *kept = candidates + (row + b) * H;
        const float *own = recurrent.data() + int64_t(b - from) * width, *last = before + int64_t(b) * H;
        if (t < l.padding[b]) {
          copyRow(hs, last, H);
          continue;
        }
        overUnits(H, [&](int u, int n) {
          const auto gate = [&](int k) { return loadSome(gs + k * H + u, n) + loadSome(bias.floats() + k * H + u, n); };
          const Vector r = sigmoid(gate(0) + loadSome(own + u, n));
          const Vector z = sigmoid(gate(1) + loadSome(own + H + u, n));
          const Vector hn = loadSome(own + 2 * H + u, n);
          const Vector next = tangent(gate(2) + r * hn);
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

/**
 * What the gates' gradients say about everything before them, in one go over them.
 * x [N, D]; before [N, H], states before each step; Wx [D, kH]; dInput, dRecurrent [N, kH], of which both may be the same
 * -> to x [N, D], to Wx, to Wh [H, kH], to the bias [kH]
 */
void weightGradients(Call& call) {
  const auto x = call.input(0), before = call.input(1), Wx = call.input(2), dInput = call.input(3), dRecurrent = call.input(4);
  const int N = x.size(0), D = x.size(1), H = before.size(1), width = Wx.size(1);
  require(before.size(0) == N && dInput.size(0) == N && dRecurrent.size(0) == N, "x, before and the gradients must have the same rows");
  require(Wx.size(0) == D && dInput.size(1) == width && dRecurrent.size(1) == width, "the gradients must be as wide as the weights");
  float* dx = call.output(0, {N, D});
  float* dWx = call.output(1, {D, width});
  float* dWh = call.output(2, {H, width});
  float* dBias = call.output(3, {width});
  const Packed back = packedTransposed(Wx.floats(), width, D);
  const size_t own = size_t(D + H + 1) * width;  // what a thread adds up: to Wx, Wh and bias
  const Buffer sums(own * Threads::get().count());
  std::memset(sums.data(), 0, 4 * own * Threads::get().count());
  // Every thread takes some rows, in pieces that stay in the second cache for all that is made of them.
  constexpr int ROWS_AT_ONCE = 18 * TILE_DEPTH;
  inParts(N, [&](int from, int to, int number) {
    float *toWx = sums.data() + own * number, *toWh = toWx + size_t(D) * width, *toBias = toWh + size_t(H) * width;
    const Packed gates(std::min(to - from, ROWS_AT_ONCE), width);
    for (int first = from; first < to; first += ROWS_AT_ONCE) {
      const int rows = std::min(ROWS_AT_ONCE, to - first);
      const float *d = dInput.floats() + int64_t(first) * width, *dr = dRecurrent.floats() + int64_t(first) * width;
      const auto pack = [&](const float* gradients) {
        for (int j = 0; j < gates.panels(); j++) gates.fill(j, {0, rows}, gradients, width, 1);
      };
      const Range panels{0, gates.panels()}, depth{0, rows};
      pack(d);
      multiply(D, Left{x.floats() + int64_t(first) * D, 1, D}, gates, panels, depth, Product{toWx, width}, true);
      if (dr != d) pack(dr);
      multiply(H, Left{before.floats() + int64_t(first) * H, 1, H}, gates, panels, depth, Product{toWh, width}, true);
      multiply(rows, Left{d, width, 1}, back, dx + int64_t(first) * D, D, false);
      for (int n = 0; n < rows; n++) addRow(toBias, d + int64_t(n) * width, width);
    }
  });
  inParts(D + H + 1, [&](int from, int to, int) {
    for (int row = from; row < to; row++) {
      float* c = row < D ? dWx + size_t(row) * width : row < D + H ? dWh + size_t(row - D) * width : dBias;
      copyRow(c, sums.data() + size_t(row) * width, width);
      for (int i = 1; i < Threads::get().count(); i++) addRow(c, sums.data() + own * i + size_t(row) * width, width);
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
  registerOperation<weightGradients>("RefrainRecurrentGradients",
                                     {"x: float", "before: float", "input: float", "dinput: float", "drecurrent: float"},
                                     {"dx: float", "dwx: float", "dwh: float", "dbias: float"});
}

}  // namespace refrain
