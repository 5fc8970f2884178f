// Sums of rows that share a number: the gradient of a table whose rows were looked up.
#include <cstring>
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** values [N, D]; rows [N], each in [0, R); count [1], R -> sums [R, D] */
void addRows(Call& call) {
  const auto values = call.input(0), rows = call.input(1);
  const int N = values.size(0), D = values.size(1), R = call.input(2).integers()[0];
  require(rows.size(0) == N, "each row of values needs its number");
  for (int n = 0; n < N; n++) require(rows.integers()[n] >= 0 && rows.integers()[n] < R, "a row is outside the table");
  float* sums = call.output(0, {R, D});
  // Each thread takes some columns, so that every sum is in the order of the rows.
  inParts(D, [&](int from, int to, int) {
    for (int r = 0; r < R; r++) std::memset(sums + int64_t(r) * D + from, 0, 4 * size_t(to - from));
    for (int n = 0; n < N; n++) {
      const float* value = values.floats() + int64_t(n) * D;
      float* sum = sums + int64_t(rows.integers()[n]) * D;
      for (int d = from; d < to; d++) sum[d] += value[d];
    }
  }, 32);
}

void registerRows() {
  registerOperation<addRows>("RefrainAddRows", {"values: float", "rows: int32", "count: int32"}, {"sums: float"});
}

}  // namespace refrain
