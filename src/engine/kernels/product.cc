// Products of whole matrices, for where tiles are faster than TensorFlow's own product.
#include "product.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** -> 1 where products run on tiles, else 0 */
void tilesInUse(Call& call) { *call.integers(0, {}) = usesTiles() ? 1 : 0; }

/** a [M, K], or [K, M] turned; b [K, N], or [N, K] turned; turned: two numbers, not 0 where a and b are turned -> a b [M, N] */
void product(Call& call) {
  const auto a = call.input(0), b = call.input(1), turned = call.input(2);
  require(turned.size(0) == 2, "two numbers say what is turned");
  const bool turnedA = turned.integers()[0] != 0, turnedB = turned.integers()[1] != 0;
  const int M = a.size(turnedA), K = a.size(!turnedA), N = b.size(!turnedB);
  require(b.size(turnedB) == K, "a and b do not fit");
  float* c = call.output(0, {M, N});
  if (K == 0) std::memset(c, 0, 4 * size_t(M) * N);
  if (M == 0 || N == 0 || K == 0) return;
  const Packed right(K, N);
  inParts(right.panels(), [&](int from, int to, int) {
    for (int j = from; j < to; j++) right.fill(j, {0, K}, b.floats(), turnedB ? 1 : N, turnedB ? K : 1);
  });
  const Left left{a.floats(), turnedA ? 1 : K, turnedA ? M : 1};
  // By rows where there are enough for all threads, else by columns.
  constexpr int BAND = 2 * TILE_SIDE;
  const int bands = (M + BAND - 1) / BAND;
  if (bands >= Threads::get().count())
    inParts(bands, [&](int from, int to, int) {
      const int first = from * BAND, last = std::min(M, to * BAND);
      const Left part{left.data + first * left.byRow, left.byRow, left.byColumn};
      multiply(last - first, part, right, c + size_t(first) * N, N, false);
    });
  else
    inParts(right.panels(), [&](int from, int to, int) { multiply(M, left, right, {from, to}, {0, K}, Product{c, N}, false); });
}

void registerProduct() {
  registerOperation<tilesInUse>("RefrainTiles", {}, {"tiles: int32"});
  registerOperation<product>("RefrainProduct", {"a: float", "b: float", "turned: int32"}, {"c: float"});
}

}  // namespace refrain
