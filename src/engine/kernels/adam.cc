// Adam in place. TensorFlow's own operation on a variable costs more than the work itself where the variable is small, and its
// operations on some rows of a variable make every later read of it a copy.
#include <cmath>
#include "simd.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Numbers that take as long as waking a thread. */
constexpr int64_t WORTH_A_THREAD = 1 << 16;

/** What steers a step: learning rate, beta1, beta2, epsilon, weight decay, 1 - beta1^step, 1 - beta2^step. */
class Step {
 public:
  explicit Step(const Call::Input& numbers) {
    require(numbers.size(0) == 7, "seven numbers steer Adam");
    const float* by = numbers.floats();
    beta1_ = by[1], beta2_ = by[2], epsilon_ = by[3], kept_ = 1 - by[0] * by[4];
    stepSize_ = by[0] / by[5], correction_ = 1 / std::sqrt(by[6]);
  }

  void apply(float* value, float* mean, float* square, const float* gradient, int64_t count) const {
    for (int64_t i = 0; i < count; i++) {
      const float g = gradient[i];
      mean[i] = beta1_ * mean[i] + (1 - beta1_) * g;
      square[i] = beta2_ * square[i] + (1 - beta2_) * g * g;
      value[i] = kept_ * value[i] - stepSize_ * mean[i] / (std::sqrt(square[i]) * correction_ + epsilon_);
    }
  }

 private:
  float beta1_, beta2_, epsilon_, kept_, stepSize_, correction_;
};

/** The first three inputs of a call, which are variables' memory and are changed. */
struct Tables {
  explicit Tables(Call& call) {
    for (int i = 0; i < 3; i++) {
      const auto input = call.input(i);
      data[i] = const_cast<float*>(input.floats());
      if (i == 0) shape = input.shape;
    }
  }
  float* data[3];
  std::vector<int64_t> shape;
};

/** Numbers of many tables, cut into pieces that threads share out. A piece never spans two tables. */
class Pieces {
 public:
  static constexpr int64_t SIZE = 4096;

  void add(int64_t count) {
    const int table = tables_++;
    for (int64_t at = 0; at < count; at += SIZE) pieces_.push_back({table, at, std::min(SIZE, count - at)});
  }

  int count() const { return int(pieces_.size()); }

  /** Calls work(table, from, count, piece) for every piece. */
  template <typename Work>
  void each(Work work) const {
    inParts(count(), [&](int from, int to, int) {
      for (int i = from; i < to; i++) work(pieces_[i].table, pieces_[i].at, pieces_[i].count, i);
    }, WORTH_A_THREAD / SIZE);
  }

 private:
  struct Piece {
    int table;
    int64_t at, count;
  };
  int tables_ = 0;
  std::vector<Piece> pieces_;
};

/** N values, N means, N squares, N gradients, each four of one shape; the numbers of a step. */
void adam(Call& call) {
  const int N = (call.inputs() - 1) / 4;
  const Step step(call.input(4 * N));
  struct Table {
    float *value, *mean, *square;
    const float* gradient;
  };
  std::vector<Table> tables;
  Pieces pieces;
  for (int n = 0; n < N; n++) {
    const auto value = call.input(n), mean = call.input(N + n), square = call.input(2 * N + n);
    const auto gradient = call.input(3 * N + n);
    require(gradient.shape == value.shape, "the gradient must have the shape of the value");
    require(mean.shape == value.shape && square.shape == value.shape, "moments must have the shape of the value");
    const auto own = [](const Call::Input& input) { return const_cast<float*>(input.floats()); };
    tables.push_back({own(value), own(mean), own(square), gradient.floats()});
    pieces.add(value.count());
  }
  pieces.each([&](int n, int64_t at, int64_t count, int) {
    const Table& t = tables[n];
    step.apply(t.value + at, t.mean + at, t.square + at, t.gradient + at, count);
  });
}

/** N tensors -> the sum of the squares of all their numbers. The same for any number of threads. */
void sumOfSquares(Call& call) {
  std::vector<const float*> tensors;
  Pieces pieces;
  for (int n = 0; n < call.inputs(); n++) {
    const auto input = call.input(n);
    tensors.push_back(input.floats());
    pieces.add(input.count());
  }
  std::vector<float> sums(pieces.count());
  pieces.each([&](int n, int64_t at, int64_t count, int piece) {
    constexpr int LANES = 16;  // so that the compiler may add side by side
    float lanes[LANES] = {};
    const float* x = tensors[n] + at;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES)
      for (int lane = 0; lane < LANES; lane++) lanes[lane] += x[i + lane] * x[i + lane];
    for (; i < count; i++) lanes[0] += x[i] * x[i];
    float sum = 0;
    for (float lane : lanes) sum += lane;
    sums[piece] = sum;
  });
  double sum = 0;
  for (float each : sums) sum += each;
  call.output(0, {})[0] = float(sum);
}

/** value, mean, square [R, ...]; rows [n], each once; gradients [n, D]; the numbers of a step. Other rows stay as they are. */
void adamRows(Call& call) {
  const Tables tables(call);
  const auto rows = call.input(3), gradients = call.input(4);
  const Step step(call.input(5));
  const int n = rows.size(0);
  if (n == 0) return;
  const int D = gradients.size(1);
  for (int i = 0; i < n; i++)
    require(rows.integers()[i] >= 0 && rows.integers()[i] < tables.shape.at(0), "a row is outside the table");
  const auto [value, mean, square] = tables.data;
  inParts(n, [&](int from, int to, int) {
    for (int i = from; i < to; i++) {
      const int64_t at = int64_t(rows.integers()[i]) * D;
      step.apply(value + at, mean + at, square + at, gradients.floats() + int64_t(i) * D, D);
    }
  }, WORTH_A_THREAD / D);
}

void registerAdam() {
  registerOperation<adam>("RefrainAdam",
                          {"values: N * float", "means: N * float", "squares: N * float", "gradients: N * float", "numbers: float"},
                          {}, {"N: int >= 1"});
  registerOperation<sumOfSquares>("RefrainSumOfSquares", {"tensors: N * float"}, {"sum: float"}, {"N: int >= 1"});
  registerOperation<adamRows>("RefrainAdamRows",
                              {"value: float", "mean: float", "square: float", "rows: int32", "gradients: float", "numbers: float"},
                              {});
}

}  // namespace refrain
