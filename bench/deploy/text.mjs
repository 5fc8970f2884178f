// bench/DEPLOY.md from what was measured.
const n = (value) => value.toLocaleString("en-US");
const ms = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const mib = (bytes) => (bytes / 2 ** 20).toFixed(2);
const row = (cells) => `| ${cells.join(" | ")} |`;
const table = (header, rows) => [row(header), row(header.map(() => "---")), ...rows.map(row)].join("\n");

/** The page. A part that was not measured yet is left out. */
export function deployText({ machine, note, precision, catalogue }) {
  const parts = [
    "# What deployment costs",
    "Made by `npm run bench -- deploy`; `--part precision` or `--part catalogue` measures one half again.",
    `Machine: 2 cores; ${machine.engine}; Node ${machine.node}.`,
  ];
  if (note) parts.push(note);
  if (precision) parts.push(...precisionText(precision));
  if (catalogue) parts.push(...catalogueText(catalogue));
  return `${parts.join("\n\n")}\n`;
}

function precisionText({ rows, ours, peer, items, cases, histories, run, isEmbedded }) {
  const [full] = rows;
  const lost = ({ metrics }) => {
    const share = 100 * (1 - metrics["NDCG@10"] / full.metrics["NDCG@10"]);
    return `${share > 0 ? "" : "+"}${Math.abs(share).toFixed(2)} %`;
  };
  const runtimes = Object.keys(full.latencies);
  return [
    "## Precision",
    `${isEmbedded ? "The embedded data set, default options" : `Run ${run}`}, ${n(items)} items. NDCG@10 and HR@10: validation part, ${n(cases)} cases, full ranking, with the numbers that packed weights stand for. "Lost" is relative to fp32; + is a gain. "Same ten": share of ${n(histories)} histories of new listeners (at most one training window long) whose ten best by sequence.onnx in onnxruntime-node are those of the trainer with the same weights, where items within 1e-4 may change places; the largest difference of any score stands behind it.`,
    table(
      [
        "weights",
        "all weights, MiB",
        "step.onnx, MiB",
        "weights.bin (tfjs), MiB",
        "page, MiB",
        "NDCG@10",
        "lost",
        "HR@10",
        "same ten",
        "largest difference",
      ],
      rows.map(({ precision, bytes, sizes, metrics, agreed }, at) => [
        precision,
        mib(bytes),
        mib(sizes["step.onnx"]),
        mib(sizes["weights.bin"]),
        mib(sizes["index.html"]),
        metrics["NDCG@10"].toFixed(4),
        at === 0 ? "" : lost({ metrics }),
        metrics["HR@10"].toFixed(4),
        `${(100 * agreed.same).toFixed(1)} %`,
        agreed.most.toExponential(1),
      ]),
    ),
    `Exports hold no listener's vector here, so their files are smaller than all weights. One play and the scores of all items after it, milliseconds, p50 / p99, one listener, each runtime with its own number of threads:`,
    table(
      ["weights", ...runtimes],
      rows.map(({ precision, latencies }) => [
        precision,
        ...runtimes.map((name) => `${ms(latencies[name].p50)} / ${ms(latencies[name].p99)}`),
      ]),
    ),
    `Refrain's own \`StreamingModel\` in fp32 takes ${ms(ours.p50)} / ${ms(ours.p99)} ms. Packed weights become float32 when ONNX Runtime loads the file, so fewer bits make a file smaller and not a step faster.`,
    `Aim: int8 loses at most 1 % of NDCG@10: ${rows.find(({ precision }) => precision === "int8").metrics["NDCG@10"] >= 0.99 * full.metrics["NDCG@10"] ? "reached" : "not reached"}.`,
    ...(peer ? [peerText(peer)] : []),
  ];
}

const peerText = ({ version, eager, onnx }) =>
  `A plain LSTM of the same sizes, without what Refrain's default adds (copies of recent plays, times, a short way from the last item): ${ms(eager.p50)} / ${ms(eager.p99)} ms in PyTorch ${version}, ${ms(onnx.p50)} / ${ms(onnx.p99)} ms as PyTorch exports it to onnxruntime-node.`;

/** Rows of the table: a search that looks at every item, and graphs at several widths. */
const searches = (who, { exact, rows }) => [
  [`${who}, exact`, ms(exact.p50), ms(exact.p99), "1"],
  ...rows.map(({ expansion, p50, p99, recall }) => [
    `${who}, graph, ${n(expansion)} points`,
    ms(p50),
    ms(p99),
    recall.toFixed(3),
  ]),
];

/** Aims for a million items of 128 numbers. */
const AIM = { items: 1_000_000, width: 128, exact: 20, approximate: 2, recall: 0.95 };

/** Whether the aims were reached, as the figures say. */
export function catalogueVerdict({ V, width, exact, rows }) {
  const good = rows.filter(({ recall }) => recall >= AIM.recall).sort((a, b) => a.p50 - b.p50)[0];
  const found = good
    ? `${good.p50 < AIM.approximate ? "reached" : "not reached"} (${ms(good.p50)} ms at recall ${good.recall.toFixed(3)} with ${good.expansion} points)`
    : `not reached (no graph search here finds ${100 * AIM.recall} %; the best finds ${(100 * Math.max(...rows.map(({ recall }) => recall))).toFixed(1)} %)`;
  const other =
    V === AIM.items && width === AIM.width
      ? ""
      : ` This table has ${n(V)} x ${width}, so neither is shown for that size.`;
  return `Aims for ${n(AIM.items)} x ${AIM.width}, p50: exact under ${AIM.exact} ms: ${exact.p50 < AIM.exact ? "reached" : "not reached"} (${ms(exact.p50)} ms). Graph under ${AIM.approximate} ms at recall@100 of ${AIM.recall} or more: ${found}.${other}`;
}

function catalogueText(all) {
  return [
    "## Top 100 of a large catalogue",
    "One question at a time. Exact: native engine, both cores, every item looked at. Approximate: a graph (HNSW, usearch, 32 neighbours, built with 128) on one core, whose finds get exact scores. faiss: its flat index on both cores, and its HNSW with the same numbers on one core, on the same items and questions. recall@100 is the share of the exact list that it finds.",
    table(
      ["items x numbers", "table", "search", "p50, ms", "p99, ms", "recall@100"],
      all.flatMap(({ name, V, width, peer, ...ours }) =>
        [...searches("Refrain", ours), ...(peer ? searches(`faiss ${peer.version}`, peer) : [])].map((cells, at) => [
          ...(at === 0 ? [`${n(V)} x ${width}`, name] : ["", ""]),
          ...cells,
        ]),
      ),
    ),
    ...all.map(
      ({ name, seconds, peer }) =>
        `Building the graph took ${n(Math.round(seconds))} s (${name})${peer ? `; faiss took ${n(Math.round(peer.seconds))} s for its own` : ""}, both on both cores.`,
    ),
    ...all.map(catalogueVerdict),
    "The tables are made, not trained: `bench/deploy/catalogue.mjs` says how. A graph finds less where vectors have no order; measure `recallOf` on your own table before you rely on it.",
  ];
}
