// docs/scale.svg and the measured part of docs/scale.md.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";

const LINES = {
  train: { name: "a batch there and back, ms", colour: "#4263eb" },
  list: { name: "list of ten, ms", colour: "#e8590c" },
  play: { name: "one more play, ms", colour: "#2b8a3e" },
  memory: { name: "peak memory, GB", colour: "#862e9c" },
};
const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [420, 260, 52, 40, 24];

export function writeScale(root, results, axes) {
  writeFileSync(join(root, "docs", "scale.svg"), figure(results, axes));
  const path = join(root, "docs", "scale.md");
  const text = readFileSync(path, "utf8");
  const [from, to] = ["<!-- measured -->", "<!-- /measured -->"];
  const [a, b] = [text.indexOf(from), text.indexOf(to)];
  if (a < 0 || b < a) throw new Error("docs/scale.md has no place for what was measured.");
  writeFileSync(path, `${text.slice(0, a)}${from}\n${tables(results, axes)}\n${text.slice(b)}`);
}

function tables(results, axes) {
  const parts = Object.entries(results).map(([axis, points]) => {
    const rows = points.map((p) =>
      p.left
        ? `| ${p.size.toLocaleString("en-US")} | not measured: ${p.left} | | | | | |`
        : `| ${p.size.toLocaleString("en-US")} | ${p.weights.toLocaleString("en-US")} | ${p.start.toFixed(2)} | ${p.train.toFixed(0)} | ${p.play.toFixed(2)} | ${p.list.toFixed(2)} | ${p.memory.toFixed(2)} |`,
    );
    return `| ${axes[axis].unit} | weights | s to make the model | ms for a batch, forward and backward | ms for a play | ms for a list of ten | peak memory, GB |\n|---|---|---|---|---|---|---|\n${rows.join("\n")}`;
  });
  const first = Object.values(results)
    .flat()
    .find((p) => !p.left);
  return `Made by \`npm run bench -- scale\` on ${new Date().toISOString().slice(0, 10)}. Machine: ${cpus()[0].model}, ${cpus().length} cores; engine ${first?.engine}. Each point is a process
of its own: default preset, softmax over all items, a batch of about 2,048 targets, medians. What does not grow stays at 3,416 items,
1,000 users, windows of 64 plays, 128 units.

${parts.join("\n\n")}`;
}

/** Four panels with both axes in powers of ten. */
function figure(results, axes) {
  const panels = Object.entries(results).map(([axis, points], n) => {
    const good = points.filter(({ left }) => !left);
    return `<g transform="translate(${(n % 2) * WIDTH},${Math.floor(n / 2) * HEIGHT})">${panel(axes[axis].unit, good)}</g>`;
  });
  const legend = Object.values(LINES).map(({ name, colour }, n) => {
    const x = LEFT + n * (WIDTH / 2 + 10);
    return `<rect x="${x}" y="${2 * HEIGHT + 6}" width="12" height="4" fill="${colour}"/><text x="${x + 17}" y="${2 * HEIGHT + 12}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH + 40} ${2 * HEIGHT + 24}" font-family="system-ui,sans-serif" font-size="11" fill="#333" role="img">
<title>Time and memory as items, users, length and units grow</title>
<rect width="100%" height="100%" fill="#fff"/>
${panels.join("\n")}
${legend.join("\n")}
</svg>
`;
}

function panel(unit, points) {
  if (points.length < 2) return "";
  const xs = points.map(({ size }) => Math.log10(size));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const values = points.flatMap((p) => Object.keys(LINES).map((key) => Math.log10(Math.max(p[key], 1e-3))));
  const [y0, y1] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  const x = (value) => LEFT + ((value - x0) / (x1 - x0)) * (WIDTH - LEFT - 16);
  const y = (value) => HEIGHT - BOTTOM - ((value - y0) / (y1 - y0)) * (HEIGHT - BOTTOM - TOP);
  const grid = Array.from({ length: y1 - y0 + 1 }, (_, n) => y0 + n).map(
    (power) =>
      `<line x1="${LEFT}" x2="${WIDTH - 16}" y1="${y(power)}" y2="${y(power)}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(power) + 4}" text-anchor="end">${10 ** power >= 1 ? (10 ** power).toLocaleString("en-US") : String(Number((10 ** power).toPrecision(1)))}</text>`,
  );
  const ticks = points.map(
    ({ size }, n) =>
      `<text x="${x(xs[n])}" y="${HEIGHT - BOTTOM + 14}" text-anchor="middle">${size >= 1e6 ? `${size / 1e6} M` : size >= 1e4 ? `${size / 1000} k` : size}</text>`,
  );
  const lines = Object.entries(LINES).map(([key, { colour }]) => {
    const at = points.map((p, n) => `${x(xs[n]).toFixed(1)},${y(Math.log10(Math.max(p[key], 1e-3))).toFixed(1)}`);
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${at.join(" ")}"/>${at.map((place) => `<circle cx="${place.split(",")[0]}" cy="${place.split(",")[1]}" r="2.4" fill="${colour}"/>`).join("")}`;
  });
  return `${grid.join("")}${ticks.join("")}${lines.join("")}<text x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 8}" text-anchor="middle" font-weight="600">${unit}</text>`;
}
