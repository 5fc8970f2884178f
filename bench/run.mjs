// npm run bench [-- engine|data] [options]: which benchmark runs; the engine's where none is named.
const BENCHES = { engine: "./engine/run.mjs", data: "./data/run.mjs" };

const [name, ...rest] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name ?? "") ? name : "engine";
process.argv = [...process.argv.slice(0, 2), ...(bench === name ? rest : process.argv.slice(2))];
await import(BENCHES[bench]);
