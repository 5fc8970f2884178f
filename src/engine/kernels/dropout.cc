// Dropout by the stream of src/core/random.ts: the mask is made while the numbers go through it and never stored.
#include <algorithm>
#include <array>
#include <vector>
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Numbers that take as long as waking a thread, in pairs. */
constexpr int64_t WORTH_A_THREAD = 1 << 14;

/** xoshiro128** (Blackman & Vigna 2018), as in `Random.bits`. */
class Stream {
 public:
  typedef std::array<uint32_t, 4> State;

  explicit Stream(const int32_t* words) {
    for (int i = 0; i < 4; i++) s_[i] = uint32_t(words[i]);
  }

  /** Goes on by as many draws as if each had been made. */
  void skip(uint64_t draws) {
    for (int power = 0; draws >> power; power++)
      if (draws >> power & 1) s_ = after(s_, powers()[power]);
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
  /** A draw is linear in the bits of the state (exclusive or): where each single bit leads. */
  typedef std::array<State, 128> Leap;
  static constexpr int POWERS = 40;

  static uint32_t rotate(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

  static State after(const State& state, const Leap& leap) {
    State sum{};
    for (int bit = 0; bit < 128; bit++)
      if (state[bit / 32] >> bit % 32 & 1)
        for (int i = 0; i < 4; i++) sum[i] ^= leap[bit][i];
    return sum;
  }

  /** Leaps of 1, 2, 4, 8, ... draws, each the one before twice. */
  static const std::vector<Leap>& powers() {
    static const std::vector<Leap> all = [] {
      std::vector<Leap> leaps(POWERS);
      for (int bit = 0; bit < 128; bit++) {
        int32_t single[4] = {};
        single[bit / 32] = int32_t(uint32_t(1) << bit % 32);
        Stream stream(single);
        stream.bits();
        leaps[0][bit] = stream.s_;
      }
      for (int power = 1; power < POWERS; power++)
        for (int bit = 0; bit < 128; bit++) leaps[power][bit] = after(leaps[power - 1][bit], leaps[power - 1]);
      return leaps;
    }();
    return all;
  }

  State s_;
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
  const uint32_t limit = uint32_t(limits.integers()[0]);
  const float factors[] = {keeps.floats()[0], 0};  // no branch: what falls out cannot be foreseen
  const int pairs = int((count + 1) / 2);
  inParts(pairs, [&](int from, int to, int) {
    Stream stream(words.integers());
    stream.skip(from);
    for (int64_t i = 2 * int64_t(from), end = std::min(count, 2 * int64_t(to)); i < end; i += 2) {
      const uint32_t bits = stream.bits();
      y[i] = x.floats()[i] * factors[(bits & 0xffff) < limit];
      if (i + 1 < end) y[i + 1] = x.floats()[i + 1] * factors[bits >> 16 < limit];
    }
  }, WORTH_A_THREAD);
  Stream next(words.integers());
  next.skip(pairs);
  next.words(call.integers(1, {4}));
}

void registerDropout() {
  registerOperation<dropout>("RefrainDropout", {"x: float", "words: int32", "limit: int32", "keep: float"}, {"y: float", "next: int32"});
}

}  // namespace refrain
