// Mean cross-entropy of a linear layer over all items with its gradients. Rows go through in blocks, and a block goes over the
// items in slices whose logits stay in the second cache: made, turned into exponentials and multiplied back, with a shift that
// follows the largest logit. The exponentials of some blocks wait as the right matrix of one product more, which adds up what they say
// about the table, since that gradient is too large for the cache. All logits together never exist.
//
// Source of the running softmax: Milakov & Gimelshein 2018; of tiles over it: Dao et al. 2022.
#include <cmath>
#include <memory>
#include <vector>
#include "exponentials.h"
#include "tensorflow.h"
#include "threads.h"

namespace refrain {

/** Exponentials that wait, in bytes. */
constexpr size_t WAITING_BYTES = 32 * 1024 * 1024;
/** Whole tiles of either kind. */
constexpr int BLOCK_ROWS = 288, WAITING_ROWS = 2 * BLOCK_ROWS, SLICE = 24 * TILE_DEPTH;
/** A sum of exponentials that says that their shift is too small. */
constexpr float FAR_ABOVE = 1e18f;
static_assert(BLOCK_ROWS % TILE_DEPTH == 0 && SLICE % TILE_COLUMNS == 0, "blocks and slices are whole steps and panels");
/** Keeps the logarithm of an underflowed probability finite (a loss of 85 nats). */
constexpr float SMALLEST = 1e-37f;

/**
 * h [N, D]; table [V, D]; bias [V]; targets [N]; extra [N] or null.
 *
 * Over drawn items the table has their rows, and a row's own target stands apart: `own` [N] has its logit and `items` [V] says
 * which items the table's rows are, so that a drawn item that is the row's target does not count.
 *
 * Row n's logits of the items addedItems[starts[n]] to addedItems[starts[n + 1] - 1] are raised by the numbers in `added` before the
 * softmax; `dAdded` holds these logits while the row is worked on, and the gradients to `added` after it.
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
  const int32_t *starts = nullptr, *addedItems = nullptr;
  const float* added = nullptr;
  float* dAdded = nullptr;
  /** table' and table. */
  const Packed *scores = nullptr, *back = nullptr;
};

/** What one thread makes of its rows. */
class Worker {
 public:
  /** @param rows how many rows it will get */
  Worker(const Problem& problem, int rows)
      : p_(problem),
        slices_((problem.V + SLICE - 1) / SLICE),
        waitingRows_(std::max(1, std::min({rows, WAITING_ROWS, std::max(TILE_DEPTH, int(WAITING_BYTES / (4 * size_t(problem.V))) / BLOCK_ROWS * BLOCK_ROWS)}))),
        exponentials_(std::min(waitingRows_, BLOCK_ROWS), std::min(problem.V, SLICE)),
        waiting_(problem.gradients ? waitingRows_ : 0, problem.V),
        sums_(waitingRows_),
        shares_(size_t(waitingRows_) * slices_),
        targetShares_(waitingRows_),
        scaled_(problem.gradients ? size_t(waitingRows_) * (problem.D + 1) : 0),
        totals_(BLOCK_ROWS),
        dTable_(problem.gradients ? waiting_.panels() * panelSize() : 0) {
    if (problem.gradients) std::memset(dTable_.data(), 0, 4 * waiting_.panels() * panelSize());
  }

  void rows(int from, int to) {
    while (from < to) {
      const int group = std::min(waitingRows_, to - from);
      for (int done = 0; done < group; done += BLOCK_ROWS) block(from + done, std::min(BLOCK_ROWS, group - done), done);
      if (p_.gradients) tableGradient(from, group);
      from += group;
    }
  }

  double loss() const { return loss_; }

  /** Adds its part of the gradients to the items of one panel. */
  void addTableGradient(int panel, float* dTable, float* dBias) const {
    const float* from = dTable_.data() + panel * panelSize();
    for (int n = 0; n < waiting_.columns(panel); n++) {
      const size_t item = size_t(panel) * TILE_COLUMNS + n;
      for (int d = 0; d < p_.D; d++) dTable[item * p_.D + d] += from[d * TILE_COLUMNS + n];
      dBias[item] += from[p_.D * TILE_COLUMNS + n];
    }
  }

 private:
  size_t panelSize() const { return size_t(p_.D + 1) * TILE_COLUMNS; }
  float& share(int at, int slice) { return shares_[size_t(slice) * waitingRows_ + at]; }

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
      // The shift of the slices before does unless logits are far above it; then the slice is made again.
      for (bool exact = slice == 0;; exact = true) {
        multiply(count, Left{h, D, 1}, *p_.scores, panels, {0, D}, exponentials_.place(items), false);
        for (int r = 0; r < count; r++) {
          if (p_.items) leaveOut(exponentials_.row(r, items), items, p_.targets[first + r]);
          if (p_.starts) raise(exponentials_.row(r, items), items, first + r);
          if (exact) shiftTo(exponentials_.largestOf(r, items, p_.bias, sums_[at + r].shift), sums_[at + r], slice > 0 ? dh + int64_t(r) * D : nullptr);
          share(at + r, slice) = sums_[at + r].shift;
          if (const int t = target(first + r); !p_.own && t >= items.from && t < items.to) sums_[at + r].target = exponentials_.row(r, items)[t] + p_.bias[t];
        }
        exponentials_.take(count, items, p_.bias, &sums_[at], totals_.data(), p_.gradients ? &waiting_ : nullptr, at);
        if (exact || !std::any_of(totals_.begin(), totals_.begin() + count, [](float total) { return !(total < FAR_ABOVE); })) break;
      }
      for (int r = 0; r < count; r++) sums_[at + r].total += totals_[r];
      if (p_.gradients) exponentials_.multiply(count, *p_.back, items, Product{dh, D}, slice > 0);
    }
    for (int r = 0; r < count; r++) finish(first + r, at + r);
  }

  /** Changes what a row's exponentials stand to, and with it what they added up to. */
  void shiftTo(float shift, RowSum& sum, float* dh) const {
    if (shift == sum.shift) return;
    const float shrunk = std::exp(sum.shift - shift);
    sum.total *= shrunk;
    sum.shift = shift;
    for (int d = 0; dh && d < p_.D; d++) dh[d] *= shrunk;
  }

  /** Drawn items that are the target itself. */
  void leaveOut(float* row, Range items, int target) const {
    for (int v = items.from; v < items.to; v++) row[v] = p_.items[v] == target ? -INFINITY : row[v];
  }

  /** Adds what belongs to some logits of row n. */
  void raise(float* row, Range items, int n) const {
    for (int e = p_.starts[n]; e < p_.starts[n + 1]; e++)
      if (const int v = p_.addedItems[e]; v >= items.from && v < items.to) {
        row[v] += p_.added[e];
        if (p_.gradients) p_.dAdded[e] = row[v] + p_.bias[v];
      }
  }

  /** Loss of a row, by what its exponentials count, and the rest of the gradient to h. */
  void finish(int n, int at) {
    const auto [shift, total, logit] = sums_[at];
    // A target that is no item makes the loss NaN, where reading past the table would crash.
    const float plain = p_.own || isItem(p_.targets[n]) ? shift + std::log(total) - logit : NAN;
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
    for (int slice = 0; slice < slices_; slice++) share(at, slice) = std::exp(share(at, slice) - shift) * softmaxShare;
    for (int e = p_.starts ? p_.starts[n] : 0; p_.starts && e < p_.starts[n + 1]; e++)
      p_.dAdded[e] = std::exp(p_.dAdded[e] - shift) * softmaxShare - (p_.addedItems[e] == p_.targets[n] ? targetShare : 0);
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
    const int D = p_.D;
    const float* h = p_.h + int64_t(first) * D;
    for (int slice = 0, next; slice < slices_; slice = next) {
      // Slices in which all rows stand to the same shift go together, and nearly always all do.
      const auto isAlike = [&](int other) { return std::equal(&share(0, other), &share(0, other) + count, &share(0, slice)); };
      for (next = slice + 1; next < slices_ && isAlike(next);) next++;
      const Range panels{slice * SLICE / TILE_COLUMNS, std::min(waiting_.panels(), next * SLICE / TILE_COLUMNS)};
      // A last column of ones adds up the bias's gradient.
      for (int k = 0; k < count; k++) {
        const float by = share(k, slice);
        float* row = scaled_.data() + int64_t(k) * (D + 1);
        for (int d = 0; d < D; d++) row[d] = h[int64_t(k) * D + d] * by;
        row[D] = by;
      }
      multiply(D + 1, Left{scaled_.data(), 1, D + 1}, waiting_, panels, {0, count}, Product{dTable_.data(), TILE_COLUMNS, long(panelSize())}, true);
    }
    for (int k = 0; k < count && !p_.own; k++) {
      const float by = targetShares_[k];
      const int item = target(first + k);
      float* column = dTable_.data() + item / TILE_COLUMNS * panelSize() + item % TILE_COLUMNS;
      for (int d = 0; d < D; d++) column[d * TILE_COLUMNS] -= h[int64_t(k) * D + d] * by;
      column[D * TILE_COLUMNS] -= by;
    }
  }

  bool isItem(int target) const { return target >= 0 && target < p_.V; }
  int target(int n) const { return isItem(p_.targets[n]) ? p_.targets[n] : 0; }

  const Problem& p_;
  const int slices_, waitingRows_;
  /** Of one block and slice. */
  const Exponentials exponentials_;
  /** Exponentials of a group of blocks. @shape [waitingRows, V] */
  const Packed waiting_;
  std::vector<RowSum> sums_;
  /** By what the exponentials of a slice count in the gradients; before a row's end, the shift that they stand to. */
  std::vector<float> shares_, targetShares_;
  const Buffer scaled_;
  std::vector<float> totals_;
  /** Lies as the panels of `waiting`, with the bias's gradient below. @shape [panels, D + 1, TILE_COLUMNS] */
  const Buffer dTable_;
  double loss_ = 0;
};

/** Solves a problem with all threads; returns the mean loss. */
float solve(Problem problem, float* dTable, float* dBias) {
  const auto [D, V] = std::pair{problem.D, problem.V};
  const Packed scores(D, V), back(problem.gradients ? V : 0, D);
  inParts(scores.panels(), [&](int from, int to, int) {
    for (int j = from; j < to; j++) scores.fill(j, {0, D}, problem.table, 1, D);
  });
  if (problem.gradients)
    inParts(back.panels(), [&](int from, int to, int) {
      for (int j = from; j < to; j++) back.fill(j, {0, V}, problem.table, D, 1);
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
    inParts(scores.panels(), [&](int from, int to, int) {
      const int first = from * TILE_COLUMNS, last = std::min(V, to * TILE_COLUMNS);
      std::memset(dTable + size_t(first) * D, 0, 4 * size_t(last - first) * D);
      std::memset(dBias + first, 0, 4 * size_t(last - first));
      for (const auto& worker : workers)
        for (int j = from; j < to; j++) worker->addTableGradient(j, dTable, dBias);
    });
  return problem.N ? float(total / problem.N) : 0;
}

/**
 * h [N, D]; table [V, D]; bias [V]; targets [N]; extra [N] or [0]; gradients: one number, 0 for the loss alone; starts [N + 1] or
 * [0]; items [E], added [E]: what is added to some logits of each row
 * -> mean loss []; to h [N, D]; to table [V, D]; to bias [V]; to extra [N] or [0]; to added [E]
 *
 * loss of a row = -log(softmax(h table' + bias + added)[target] + extra)
 */
void linearCrossEntropy(Call& call) {
  const auto h = call.input(0), table = call.input(1), bias = call.input(2), targets = call.input(3), extra = call.input(4);
  const bool gradients = call.input(5).integers()[0] != 0;
  const auto starts = call.input(6), items = call.input(7), added = call.input(8);
  const int N = h.size(0), D = h.size(1), V = table.size(0);
  require(table.size(1) == D && bias.size(0) == V && targets.size(0) == N, "h, table, bias and targets do not fit");
  require(extra.size(0) == 0 || extra.size(0) == N, "extra must have one number for each row");
  const int E = items.size(0);
  require(added.size(0) == E && starts.size(0) == (E ? N + 1 : starts.size(0)), "starts, items and added do not fit");
  for (int n = 0; n < N && E; n++) require(starts.integers()[n] >= 0 && starts.integers()[n] <= starts.integers()[n + 1] && starts.integers()[n + 1] <= E, "starts must rise to the number of items");
  float* loss = call.output(0, {});
  float* dh = call.output(1, {gradients ? N : 0, D});
  float* dTable = call.output(2, {gradients ? V : 0, D});
  float* dBias = call.output(3, {gradients ? V : 0});
  float* dExtra = call.output(4, {gradients ? extra.size(0) : 0});
  float* dAdded = call.output(5, {gradients ? E : 0});

  Problem problem{N, D, V, h.floats(), table.floats(), bias.floats(), targets.integers()};
  problem.extra = extra.size(0) ? extra.floats() : nullptr;
  problem.gradients = gradients;
  problem.dh = dh;
  problem.dExtra = dExtra;
  if (E) {
    problem.starts = starts.integers();
    problem.addedItems = items.integers();
    problem.added = added.floats();
    problem.dAdded = dAdded;
    for (int e = 0; gradients && e < E; e++) dAdded[e] = -INFINITY;  // of an item out of the table nothing is ever said
  }
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
      {"h: float", "table: float", "bias: float", "targets: int32", "extra: float", "gradients: int32", "starts: int32",
       "items: int32", "added: float"},
      {"loss: float", "dh: float", "dtable: float", "dbias: float", "dextra: float", "dadded: float"});
  registerOperation<sampledSoftmax>(
      "RefrainSampledSoftmax",
      {"h: float", "table: float", "bias: float", "items: int32", "own: float", "targets: int32"},
      {"loss: float", "dh: float", "dtable: float", "dbias: float", "down: float"});
}

}  // namespace refrain
