// Dropout by the stream of src/core/random.ts: the mask is made while the numbers go through it and never stored.
#include "tensorflow.h"

namespace refrain {

/** xoshiro128** (Blackman & Vigna 2018), as in `Random.bits`. */
class Stream {
 public:
  explicit Stream(const int32_t* words) {
    for (int i = 0; i < 4; i++) s_[i] = uint32_t(words[i]);
  }

  uint32_t bits() {
    const uint32_t result = rotate(s_[1] * 5, 7) * 9, t = s_[1] << 9;
    s_[2] ^= s_[0];
    s_[3] ^= s_[1];
    s_[1] ^= s_[2];
    s_[0] ^= s_[3];
    s_[2] ^= t;
    s_[3] = rotate(s_[3], 11);
    return result;
  }

  void words(int32_t* to) const {
    for (int i = 0; i < 4; i++) to[i] = int32_t(s_[i]);
  }

 private:
  static uint32_t rotate(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }
  uint32_t s_[4];
};

/**
 * x [N, D]; words [4], where the stream stands; limit [1], of 65536 how many are dropped; keep [1], what the rest is multiplied by
 * -> x times the mask; where the stream stands then
 *
 * It is linear in x, so its gradient is the same operation on the gradient. Each draw decides about two numbers.
 */
void dropout(Call& call) {
  const auto x = call.input(0), words = call.input(1), limits = call.input(2), keeps = call.input(3);
  require(words.size(0) == 4 && limits.size(0) == 1 && keeps.size(0) == 1, "a stream of four words, one limit and one factor");
  const int64_t count = int64_t(x.size(0)) * x.size(1);
  float* y = call.output(0, x.shape);
  Stream stream(words.integers());
  const uint32_t limit = uint32_t(limits.integers()[0]);
  const float factors[] = {keeps.floats()[0], 0};  // no branch: what falls out cannot be foreseen
  for (int64_t i = 0; i < count; i += 2) {
    const uint32_t bits = stream.bits();
    y[i] = x.floats()[i] * factors[(bits & 0xffff) < limit];
    if (i + 1 < count) y[i + 1] = x.floats()[i + 1] * factors[bits >> 16 < limit];
  }
  stream.words(call.integers(1, {4}));
}

void registerDropout() {
  registerOperation<dropout>("RefrainDropout", {"x: float", "words: int32", "limit: int32", "keep: float"}, {"y: float", "next: int32"});
}

}  // namespace refrain
