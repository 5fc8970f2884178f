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

/** value, mean, square, gradient, all of one shape; the numbers of a step. */
void adam(Call& call) {
  const Tables tables(call);
  const auto gradient = call.input(3);
  const Step step(call.input(4));
  require(gradient.shape == tables.shape, "the gradient must have the shape of the value");
  int64_t count = 1;
  for (int64_t n : gradient.shape) count *= n;
  const auto [value, mean, square] = tables.data;
  const int64_t pieces = (count + 4095) / 4096;
  inParts(int(pieces), [&](int from, int to, int) {
    const int64_t at = int64_t(from) * 4096, n = std::min(count, int64_t(to) * 4096) - at;
    step.apply(value + at, mean + at, square + at, gradient.floats() + at, n);
  }, WORTH_A_THREAD / 4096);
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
  registerOperation<adam>("RefrainAdam", {"value: float", "mean: float", "square: float", "gradient: float", "numbers: float"}, {});
  registerOperation<adamRows>("RefrainAdamRows",
                              {"value: float", "mean: float", "square: float", "rows: int32", "gradients: float", "numbers: float"},
                              {});
}

}  // namespace refrain
