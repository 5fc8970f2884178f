// Mean cross-entropy of a linear layer over all items with its gradients. Rows go through in blocks, and a block goes over the
// items in slices whose logits stay in the second cache: made, turned into exponentials and multiplied back, with a running
// largest logit. Some blocks later their part of the table's gradient is added up at once, since that gradient itself is too
// large for the cache. All logits together never exist.
//
// Source of the running softmax: Milakov & Gimelshein 2018; of tiles over it: Dao et al. 2022.
#include <cmath>
#include <memory>
#include <vector>
#include "product.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Logits of the blocks that wait, in bytes. */
constexpr size_t WAITING_BYTES = 32 * 1024 * 1024;
constexpr int BLOCK_ROWS = 8 * TILE_ROWS, WAITING_ROWS = 32 * TILE_ROWS;
/** Items whose exponentials are laid out for the tiles at once, and items of a slice: whole panels and whole tiles. */
constexpr int STRIP = 16 * TILE_ROWS, SLICE = 12 * STRIP;
static_assert(STRIP % TILE_COLUMNS == 0, "strips are whole panels");
/** Keeps the logarithm of an underflowed probability finite (a loss of 85 nats). */
constexpr float SMALLEST = 1e-37f;

/**
 * h [N, D]; table [V, D]; bias [V]; targets [N]; extra [N] or null.
 *
 * Over drawn items the table has their rows, and a row's own target stands apart: `own` [N] has its logit and `items` [V] says
 * which items the table's rows are, so that a drawn item that is the row's target does not count.
 */
struct Problem {
  int N, D, V;
  const float *h, *table, *bias;
  const int32_t* targets;
  const float* extra = nullptr;
  bool gradients = false;
  float *dh = nullptr, *dExtra = nullptr;
  const float* own = nullptr;
  const int32_t* items = nullptr;
  float* dOwn = nullptr;
  /** table' and table. */
  const Packed *scores = nullptr, *back = nullptr;
};

/** What one thread makes of its rows. */
class Worker {
 public:
  /** @param rows how many rows it will get */
  Worker(const Problem& problem, int rows)
      : p_(problem),
        width_(((problem.V + 15) / 16 | 1) * 16),  // an odd number of lines: rows 4 KiB apart would share one place in the cache
        slices_((problem.V + SLICE - 1) / SLICE),
        waitingRows_(std::max(1, std::min({rows, WAITING_ROWS, std::max(TILE_ROWS, int(WAITING_BYTES / (4 * size_t(width_))))}))),
        waiting_(size_t(waitingRows_) * width_),
        sums_(waitingRows_),
        shares_(size_t(waitingRows_) * slices_),
        targetShares_(waitingRows_),
        strip_(problem.gradients ? size_t(STRIP) * waitingRows_ : 0),
        dTable_(problem.gradients ? size_t(problem.V) * problem.D : 0),
        dBias_(problem.gradients ? problem.V : 0) {
    if (!problem.gradients) return;
    std::memset(dTable_.data(), 0, 4 * size_t(problem.V) * problem.D);
    std::memset(dBias_.data(), 0, 4 * size_t(problem.V));
  }

  void rows(int from, int to) {
    while (from < to) {
      const int group = std::min(waitingRows_, to - from);
      const int blocks = (group + BLOCK_ROWS - 1) / BLOCK_ROWS;
      for (int i = 0, done = 0; i < blocks; i++) {
        const int count = (group - done + (blocks - i) - 1) / (blocks - i);
        block(from + done, count, done);
        done += count;
      }
      if (p_.gradients) tableGradient(from, group);
      from += group;
    }
  }

  double loss() const { return loss_; }
  const float* dTable() const { return dTable_.data(); }
  const float* dBias() const { return dBias_.data(); }

 private:
  float* logits(int at) const { return waiting_.data() + size_t(at) * width_; }
  float& share(int at, int slice) { return shares_[size_t(at) * slices_ + slice]; }

  /** Rows [first, first + count): loss, and gradient to h. Their exponentials wait from row `at` on. */
  void block(int first, int count, int at) {
    const int D = p_.D, V = p_.V;
    const float* h = p_.h + int64_t(first) * D;
    float* dh = p_.dh + int64_t(first) * D;
    for (int r = 0; r < count; r++) {
      if (p_.own) sums_[at + r] = {p_.own[first + r], 1, p_.own[first + r]};
      else sums_[at + r] = {-INFINITY, 0, 0};
    }
    for (int slice = 0; slice < slices_; slice++) {
      const Range items{slice * SLICE, std::min(V, (slice + 1) * SLICE)};
      const Range panels{items.from / TILE_COLUMNS, (items.to + TILE_COLUMNS - 1) / TILE_COLUMNS};
      for (int r = 0; r < count; r++)
        std::memcpy(logits(at + r) + items.from, p_.bias + items.from, 4 * size_t(items.to - items.from));
      multiply(count, Left{h, D, 1}, *p_.scores, panels, {0, D}, logits(at), width_, true);
      for (int r = 0; r < count; r++) {
        if (p_.items) leaveOut(logits(at + r), items, p_.targets[first + r]);
        const float shrunk = exponentials(logits(at + r), items, p_.own ? -1 : target(first + r), sums_[at + r]);
        share(at + r, slice) = sums_[at + r].largest;
        if (p_.gradients && slice > 0 && shrunk != 1)
          for (int d = 0; d < D; d++) dh[int64_t(r) * D + d] *= shrunk;
      }
      if (p_.gradients)
        multiply(count, Left{logits(at) + items.from, width_, 1}, *p_.back, {0, p_.back->panels()}, items, dh, D, slice > 0);
    }
    for (int r = 0; r < count; r++) finish(first + r, at + r);
  }

  /** Drawn items that are the target itself. */
  void leaveOut(float* row, Range items, int target) const {
    for (int v = items.from; v < items.to; v++) row[v] = p_.items[v] == target ? -INFINITY : row[v];
  }

  /** Of a row, so far: its largest logit, the sum of e^(logit - largest), and the target's logit. */
  struct Sum {
    float largest, total, target;
  };

  /** Turns a slice of logits into e^(logit - largest), and says by what factor earlier sums became smaller. */
  static float exponentials(float* row, Range items, int target, Sum& so_far) {
    if (target >= items.from && target < items.to) so_far.target = row[target];
    const int whole = items.from + (items.to - items.from) / LANES * LANES, rest = items.to - whole;
    Vector most = all(so_far.largest), added = Vector{};
    for (int v = items.from; v < whole; v += LANES) most = larger(load(row + v), most);
    if (rest) most = larger(loadSome(row + whole, rest, -INFINITY), most);
    const float largest = refrain::largest(most);
    for (int v = items.from; v < whole; v += LANES) {
      const Vector e = exponential(load(row + v) - largest);
      store(row + v, e);
      added += e;
    }
    if (rest) {
      const Vector e = exponential(loadSome(row + whole, rest, -INFINITY) - largest);
      storeSome(row + whole, e, rest);
      added += e;
    }
    const float shrunk = std::exp(so_far.largest - largest);
    so_far.total = so_far.total * shrunk + sum(added);
    so_far.largest = largest;
    return shrunk;
  }

  /** Loss of a row, by what its exponentials count, and the rest of the gradient to h. */
  void finish(int n, int at) {
    const auto [largest, total, logit] = sums_[at];
    // A target that is no item makes the loss NaN, where reading past the table would crash.
    const float plain = p_.own || isItem(p_.targets[n]) ? largest + std::log(total) - logit : NAN;
    float answers = 1;  // the part of the probability that the softmax answers for
    if (p_.extra) {
      const float softmax = std::exp(-plain), both = std::max(softmax + p_.extra[n], SMALLEST);
      answers = softmax / both;
      loss_ -= std::log(both);
      if (p_.gradients) p_.dExtra[n] = -1 / both / p_.N;
    } else {
      loss_ += plain;
    }
    if (!p_.gradients) return;
    const float targetShare = targetShares_[at] = answers / p_.N, softmaxShare = targetShare / total;
    for (int slice = 0; slice < slices_; slice++) share(at, slice) = std::exp(share(at, slice) - largest) * softmaxShare;
    float* dh = p_.dh + int64_t(n) * p_.D;
    if (p_.own) {
      p_.dOwn[n] = targetShare * (std::exp(-plain) - 1);
      for (int d = 0; d < p_.D; d++) dh[d] *= softmaxShare;
      return;
    }
    const float* own = p_.table + int64_t(target(n)) * p_.D;
    for (int d = 0; d < p_.D; d++) dh[d] = dh[d] * softmaxShare - own[d] * targetShare;
  }

  /** Adds what the `count` waiting rows from `first` on say about table and bias. */
  void tableGradient(int first, int count) {
    const int D = p_.D, V = p_.V;
    const Packed states(count, D);
    states.fillAll(p_.h + int64_t(first) * D, D, 1);
    for (int item = 0; item < V; item += STRIP) {
      const int items = std::min(STRIP, V - item);
      for (int k = 0; k < count; k++) {
        const float* row = logits(k) + item;
        const float by = share(k, item / SLICE);
        for (int i = 0; i < items; i += TILE_ROWS)
          for (int m = 0; m < TILE_ROWS; m++)  // behind the last item something stands that no tile reads
            strip_.data()[size_t(i) * count + k * TILE_ROWS + m] = row[i + m] * by;
        for (int i = 0; i < items; i++) dBias_.data()[item + i] += row[i] * by;
      }
      multiplyBands(items, strip_.data(), states, dTable_.data() + int64_t(item) * D, D);
    }
    for (int k = 0; k < count && !p_.own; k++) {
      const float by = targetShares_[k];
      const float* own = p_.h + int64_t(first + k) * D;
      float* row = dTable_.data() + int64_t(target(first + k)) * D;
      for (int d = 0; d < D; d++) row[d] -= own[d] * by;
      dBias_.data()[target(first + k)] -= by;
    }
  }

  bool isItem(int target) const { return target >= 0 && target < p_.V; }
  int target(int n) const { return isItem(p_.targets[n]) ? p_.targets[n] : 0; }

  const Problem& p_;
  const int width_, slices_, waitingRows_;
  const Buffer waiting_;
  std::vector<Sum> sums_;
  /** By what the exponentials of a slice count in the gradients; before a row's end, the largest logit that they stand to. */
  std::vector<float> shares_, targetShares_;
  const Buffer strip_, dTable_, dBias_;
  double loss_ = 0;
};

/** Solves a problem with all threads; returns the mean loss. */
float solve(Problem problem, float* dTable, float* dBias) {
  const auto [D, V] = std::pair{problem.D, problem.V};
  const Packed scores(D, V), back(problem.gradients ? V : 0, D);
  inParts(scores.panels(), [&](int from, int to, int) {
    for (int j = from; j < to; j++) scores.fill(j, problem.table, 1, D);
  });
  if (problem.gradients)
    inParts(back.panels(), [&](int from, int to, int) {
      for (int j = from; j < to; j++) back.fill(j, problem.table, D, 1);
    });
  problem.scores = &scores;
  problem.back = &back;
  std::vector<std::unique_ptr<Worker>> workers(Threads::get().count());
  inParts(problem.N, [&](int from, int to, int number) {
    workers[number] = std::make_unique<Worker>(problem, to - from);
    workers[number]->rows(from, to);
  });
  workers.erase(std::remove(workers.begin(), workers.end(), nullptr), workers.end());  // with one row, one works
  double total = 0;
  for (const auto& worker : workers) total += worker->loss();
  if (problem.gradients)
    inParts(V, [&](int from, int to, int) {
      const size_t at = size_t(from) * D, end = size_t(to) * D;
      std::memcpy(dTable + at, workers[0]->dTable() + at, 4 * (end - at));
      std::memcpy(dBias + from, workers[0]->dBias() + from, 4 * size_t(to - from));
      for (size_t i = 1; i < workers.size(); i++) {
        for (size_t k = at; k < end; k++) dTable[k] += workers[i]->dTable()[k];
        for (int v = from; v < to; v++) dBias[v] += workers[i]->dBias()[v];
      }
    });
  return problem.N ? float(total / problem.N) : 0;
}

/**
 * h [N, D]; table [V, D]; bias [V]; targets [N]; extra [N] or [0]; gradients: one number, 0 for the loss alone
 * -> mean loss []; to h [N, D]; to table [V, D]; to bias [V]; to extra [N] or [0]
 *
 * loss of a row = -log(softmax(h table' + bias)[target] + extra)
 */
void linearCrossEntropy(Call& call) {
  const auto h = call.input(0), table = call.input(1), bias = call.input(2), targets = call.input(3), extra = call.input(4);
  const bool gradients = call.input(5).integers()[0] != 0;
  const int N = h.size(0), D = h.size(1), V = table.size(0);
  require(table.size(1) == D && bias.size(0) == V && targets.size(0) == N, "h, table, bias and targets do not fit");
  require(extra.size(0) == 0 || extra.size(0) == N, "extra must have one number for each row");
  float* loss = call.output(0, {});
  float* dh = call.output(1, {gradients ? N : 0, D});
  float* dTable = call.output(2, {gradients ? V : 0, D});
  float* dBias = call.output(3, {gradients ? V : 0});
  float* dExtra = call.output(4, {gradients ? extra.size(0) : 0});

  Problem problem{N, D, V, h.floats(), table.floats(), bias.floats(), targets.integers()};
  problem.extra = extra.size(0) ? extra.floats() : nullptr;
  problem.gradients = gradients;
  problem.dh = dh;
  problem.dExtra = dExtra;
  *loss = solve(problem, dTable, dBias);
}

/**
 * h [N, D]; table [K, D], bias [K], items [K] of what was drawn; own [N], logits of the targets; targets [N]
 * -> mean loss []; to h [N, D], table [K, D], bias [K], own [N]
 *
 * loss of a row = -log(e^own / (e^own + sum over drawn items but the target of e^(h table' + bias)))
 */
void sampledSoftmax(Call& call) {
  const auto h = call.input(0), table = call.input(1), bias = call.input(2), items = call.input(3);
  const auto own = call.input(4), targets = call.input(5);
  const int N = h.size(0), D = h.size(1), K = table.size(0);
  require(table.size(1) == D && bias.size(0) == K && items.size(0) == K, "h, table, bias and items do not fit");
  require(own.size(0) == N && targets.size(0) == N, "each row needs its target and that one's logit");
  float* loss = call.output(0, {});
  Problem problem{N, D, K, h.floats(), table.floats(), bias.floats(), targets.integers()};
  problem.gradients = true;
  problem.dh = call.output(1, {N, D});
  float* dTable = call.output(2, {K, D});
  float* dBias = call.output(3, {K});
  problem.dOwn = call.output(4, {N});
  problem.own = own.floats();
  problem.items = items.integers();
  *loss = solve(problem, dTable, dBias);
}

void registerCrossEntropy() {
  registerOperation<linearCrossEntropy>(
      "RefrainLinearCrossEntropy",
      {"h: float", "table: float", "bias: float", "targets: int32", "extra: float", "gradients: int32"},
      {"loss: float", "dh: float", "dtable: float", "dbias: float", "dextra: float"});
  registerOperation<sampledSoftmax>(
      "RefrainSampledSoftmax",
      {"h: float", "table: float", "bias: float", "items: int32", "own: float", "targets: int32"},
      {"loss: float", "dh: float", "dtable: float", "dbias: float", "down: float"});
}

}  // namespace refrain
