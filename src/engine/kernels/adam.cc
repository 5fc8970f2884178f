// Adam on some rows of a table, in place: a step costs the rows that it touches, and not the whole table.
#include <cmath>
#include "tensorflow.h"
#include "threads.h"
#include "simd.h"

namespace refrain {

/**
 * value, mean, square [R, D], which are changed; rows [n], each once; gradients [n, D];
 * numbers: learning rate, beta1, beta2, epsilon, weight decay, 1 - beta1^step, 1 - beta2^step
 *
 * The tables are read from their variables without a copy, so what is written here is written there.
 */
void adamRows(Call& call) {
  const auto value = call.input(0), mean = call.input(1), square = call.input(2), rows = call.input(3);
  const auto gradients = call.input(4), numbers = call.input(5);
  const int n = rows.size(0);
  require(numbers.size(0) == 7, "seven numbers steer Adam");
  if (n == 0) return;
  const int R = value.size(0), D = gradients.size(1);
  const float* by = numbers.floats();
  const float beta1 = by[1], beta2 = by[2], epsilon = by[3], kept = 1 - by[0] * by[4];
  const float stepSize = by[0] / by[5], correction = 1 / std::sqrt(by[6]);
  for (int i = 0; i < n; i++)
    require(rows.integers()[i] >= 0 && rows.integers()[i] < R, "a row is outside the table");
  float* tables[3];
  const Call::Input* inputs[3] = {&value, &mean, &square};
  for (int i = 0; i < 3; i++) tables[i] = const_cast<float*>(inputs[i]->floats());
  inParts(n, [&](int from, int to, int) {
    for (int i = from; i < to; i++) {
      const size_t at = size_t(rows.integers()[i]) * D;
      float *w = tables[0] + at, *m = tables[1] + at, *s = tables[2] + at;
      const float* g = gradients.floats() + size_t(i) * D;
      for (int d = 0; d < D; d++) {
        m[d] = beta1 * m[d] + (1 - beta1) * g[d];
        s[d] = beta2 * s[d] + (1 - beta2) * g[d] * g[d];
        w[d] = kept * w[d] - stepSize * m[d] / (std::sqrt(s[d]) * correction + epsilon);
      }
    }
  });
}

void registerAdam() {
  registerOperation<adamRows>("RefrainAdamRows",
                              {"value: float", "mean: float", "square: float", "rows: int32", "gradients: float", "numbers: float"},
                              {});
}

}  // namespace refrain
