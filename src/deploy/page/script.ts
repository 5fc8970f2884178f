/** What the page does, as plain JavaScript; `tf` and the element #data are there before it. */
export const PAGE_SCRIPT = `
"use strict";
const WORDS = {
  en: {
    title: "What comes next?", intro: "Choose songs that you heard, oldest first. Everything is computed on this device.",
    search: "Song", heard: "Heard", next: "Next", none: "Nothing yet: the list is what new listeners begin with.", clear: "Begin anew",
    remove: "Remove", loading: "Loading the model …", ready: (n) => n.toLocaleString() + " songs, ready.",
    failed: "The model could not be loaded: ",
  },
  zh: {
    title: "接下来听什么？", intro: "依次选择听过的歌曲。所有计算都在本机完成。",
    search: "歌曲", heard: "听过", next: "接下来", none: "还没有：下面是新听众的起点。", clear: "重新开始",
    remove: "移除", loading: "正在加载模型……", ready: (n) => "共 " + n.toLocaleString() + " 首歌曲，已就绪。",
    failed: "无法加载模型：",
  },
};
const asked = new URLSearchParams(location.search).get("lang");
const language = (asked || navigator.language).toLowerCase().startsWith("zh") ? "zh" : "en";
const words = WORDS[language];
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
document.title = words.title;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
const at = (id) => document.getElementById(id);
const data = JSON.parse(at("data").textContent);
const LENGTH = 10, FOUND = 8;
const plain = (text) => text.normalize("NFKD").replace(/\\p{M}/gu, "").toLowerCase();
const names = data.titles.map((title, item) => plain(title + " " + data.aliases[item]));
const label = (item) => {
  const [title, other] = [data.titles[item], data.aliases[item]];
  return other && !title.includes(other) ? title + " (" + other + ")" : title;
};
const plays = [];
let model, state, scores;

function begin() {
  state = Object.fromEntries(data.state.map(({ name, type, shape }) => [name, tf.zeros(shape, type)]));
}

/** One step: item 0 only asks. */
function step(item) {
  // A click is no time at which a song was heard, so the network is told the order alone.
  const numbers = { item, user: 0, gap: -1, hour: -1, asked_gap: -1, asked_hour: -1 };
  const feeds = { ...state };
  for (const name of data.inputs) feeds[name] = tf.tensor1d([numbers[name]], "int32");
  const results = model.execute(feeds, data.outputs);
  const byName = Object.fromEntries(data.outputs.map((name, n) => [name, results[n]]));
  scores = byName.scores.dataSync();
  const next = Object.fromEntries(data.state.map(({ name }) => [name, byName[name + "_next"]]));
  const kept = new Set(Object.values(next));
  for (const tensor of [...Object.values(feeds), ...results]) if (!kept.has(tensor)) tensor.dispose();
  state = next;
}

function again() {
  for (const tensor of Object.values(state)) tensor.dispose();
  begin();
  if (plays.length === 0) step(0);
  for (const item of plays) step(item);
  show();
}

function best() {
  const heard = new Set(data.seen === "remove" ? plays : []);
  let total = 0, most = -Infinity;
  for (let item = 1; item < scores.length; item++) most = Math.max(most, scores[item]);
  for (let item = 1; item < scores.length; item++) total += Math.exp(scores[item] - most);
  return Array.from({ length: scores.length - 1 }, (_, n) => n + 1)
    .filter((item) => !heard.has(item))
    .sort((a, b) => scores[b] - scores[a] || a - b)
    .slice(0, LENGTH)
    .map((item) => ({ item, probability: Math.exp(scores[item] - most) / total }));
}

function line(text, ...more) {
  const li = document.createElement("li");
  li.append(text, ...more);
  return li;
}

function button(text, onClick, name) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  if (name) element.setAttribute("aria-label", name);
  element.addEventListener("click", onClick);
  return element;
}

function show() {
  at("heard").replaceChildren(...plays.map((item, n) =>
    line(label(item), button("×", () => { plays.splice(n, 1); again(); }, words.remove + ": " + label(item)))));
  at("none").hidden = plays.length > 0;
  at("clear").hidden = plays.length === 0;
  at("next").replaceChildren(...best().map(({ item, probability }) => {
    const share = document.createElement("span");
    share.textContent = (100 * probability).toFixed(1) + " %";
    const li = line(label(item), share);
    li.dataset.item = item;
    li.dataset.probability = probability;
    return li;
  }));
}

function search() {
  const wanted = plain(at("search").value.trim());
  const found = [];
  for (let item = 1; wanted && item < names.length && found.length < FOUND; item++)
    if (names[item].includes(wanted)) found.push(item);
  at("found").replaceChildren(...found.map((item) => line("", button(label(item), () => {
    plays.push(item);
    step(item);
    at("search").value = "";
    at("found").replaceChildren();
    at("search").focus();
    show();
  }))));
}

at("search").addEventListener("input", search);
at("clear").addEventListener("click", () => { plays.length = 0; again(); });
at("status").textContent = words.loading;
(async () => {
  try {
    await tf.setBackend("cpu"); // a step is small: a GPU would wait longer for its programs than it computes
    await tf.ready();
    const weightData = Uint8Array.from(atob(data.weights), (c) => c.charCodeAt(0)).buffer;
    model = await tf.loadGraphModel(tf.io.fromMemory({ ...data.model, weightData }));
    begin();
    step(0);
    show();
    at("search").disabled = false;
    at("status").textContent = words.ready(data.titles.length - 1);
  } catch (error) {
    at("status").textContent = words.failed + error.message;
  }
})();
`;
