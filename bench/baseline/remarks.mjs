// What must be known about one measurement. It is printed over no other: measure anew, and write this anew.
export const REMARKS = {
  measurement: "d50aaf10e82a",
  lines: [
    "- Measured on an Intel(R) Xeon(R) Processor with 2 cores.",
    "- Many chosen points lie on the edge of their grid, and BPR, item2vec and LightGCN had few rounds (on MovieLens-1M LightGCN had 40",
    "  steps of Adam), so these rows are not the best that the techniques can do.",
    "- The load of other programs was high: where both were measured, the process had 121 s of processor time in 436 s. Times are those",
    "  of the clock, so they say little about which technique is faster by less than a factor of four.",
    "- Seven techniques on jkpop (popularity, Markov, iALS, BPR, EASE, item2vec, LightGCN) had been tested once before this table, with",
    "  larger grids. The grids were made smaller for their time, and LightGCN's regularization was corrected, because it outweighed the",
    "  gradient. So for these the test part was not read once only; the others were not changed after a look at it.",
    "- S-KNN, VS-KNN and VSTAN on MovieLens-100k were tested twice, with the same numbers, before and after they were made faster. VSTAN",
    "  on MovieLens-1M was tested twice, because sessions faded by their number at first where a log has no times (NDCG@10 .1332, then",
    "  .1330).",
  ],
};
