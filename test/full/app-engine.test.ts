// What the app's engine process answers, on a small run of its own. Waits for the long run: it trains first.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { preview, summarise } from "../../app/engine/data.js";
import { evaluation } from "../../app/engine/evaluation.js";
import { explainList, suggest } from "../../app/engine/explore.js";
import { itemMap, neighbours, songs } from "../../app/engine/items.js";
import { listeners, timeline } from "../../app/engine/listeners.js";
import { pairs } from "../../app/engine/pairs.js";
import type { Play } from "../../app/engine/protocol.js";
import { report } from "../../app/engine/report.js";
import { answer, sessionOf, testedOf } from "../../app/engine/session.js";
import { statePath } from "../../app/engine/states.js";
import {
  type EvaluationCase,
  estimateRun,
  loadModel,
  readRecord,
  recommend,
  runConfig,
  type Scorer,
  startRun,
} from "../../src/index.js";
import { isLongRun } from "../support/cli.js";

const PLAYS = 60;

const USERS = 50;
/** Held-out plays of each listener whose ranks are compared. */
const ASKED = 2;

/** Each listener walks through the songs, further after a long pause; one song comes in the last plays only. */
function smallLog(): string {
  const rows = ["user,track,time"];
  for (let user = 0; user < USERS; user++) {
    let [song, time] = [user, 1_700_000_000 + user * 60];
    // Backwards in time, so that all listeners end on one day and the test part has each.
    for (let play = PLAYS - 1; play >= 0; play--) {
      const late = user < 3 && play > PLAYS - 3;
      rows.push(`u${user},Artist - ${late ? "late" : `song ${song % 24}`},${time}`);
      const long = (user + play * play * 3) % 5 < 2;
      time -= long ? 150_000 : 3000;
      song += (user + (play - 1) * (play - 1) * 3) % 5 < 2 ? 17 : 23;
    }
  }
  return rows.join("\n");
}

/** The model's probability of a case's target. */
async function chanceOf(scorer: Scorer, { target, ...query }: EvaluationCase): Promise<number> {
  const scores = await scorer.score([query]);
  return Math.exp(scores[target]) / scores.subarray(1).reduce((sum, score) => sum + Math.exp(score), 0);
}

describe.skipIf(!isLongRun)("the engine process of the app (needs REFRAIN_FULL=1)", () => {
  let folder: string;
  let path: string;
  let run = "";

  beforeAll(async () => {
    // Not where tests are collected: those that are skipped would leave it behind.
    folder = mkdtempSync(join(tmpdir(), "refrain-engine-"));
    path = join(folder, "log.csv");
    writeFileSync(path, smallLog());
    const config = runConfig({ name: "small", data: { path }, train: { epochs: 2, maxLength: 20 } });
    for await (const event of startRun(config, { runs: join(folder, "runs") }))
      if (event.type === "saved") run = event.folder;
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (history: string[], more = {}) =>
    suggest({ run, user: "u1", history, times: [], now: null, k: 10, newOnly: false, watch: [], ...more });
  const heard = (plays: readonly Play[]) => ({
    history: plays.map(({ id }) => id),
    times: plays.map(({ time }) => time),
  });

  test("the rank of every held-out play in Explore is its rank in the test, for fifty listeners", async () => {
    const session = await sessionOf(run);
    const { ranks, metrics } = (await testedOf(session)).evaluation;
    const { log, userStart } = session.prepared!.histories.split;
    const shown = { all: 0, otherWithoutTimes: 0 };
    for (let code = 0; code < USERS; code++) {
      const user = log.userIds[code];
      const { plays } = await timeline({ run, user });
      const first = session.cases.findIndex(({ userCode }) => userCode === code);
      for (let n = first; n < first + ASKED; n++) {
        const place = session.cases[n].row - userStart[code];
        const question = { user, watch: [plays[place].id], now: plays[place].time };
        const { history, times } = heard(plays.slice(0, place));
        const [{ rank, probability }] = (await ask(history, { ...question, times })).watched;
        expect(rank ?? Number.POSITIVE_INFINITY).toBe(ranks[n]);
        if (rank === null) continue;
        const alone = await chanceOf(session.saved.scorer, session.cases[n]);
        expect(probability).toBeCloseTo(alone, 5);
        const [bare] = (await ask(history, question)).watched;
        shown.all++;
        if (Math.abs(bare.probability - alone) > 1e-4) shown.otherWithoutTimes++;
      }
    }
    expect(shown.all).toBeGreaterThan(USERS);
    expect(shown.otherWithoutTimes).toBeGreaterThan(0); // the model does read the times
    const saved = session.record.results!.rows.find(({ scorer }) => scorer === "LSTM")!.metrics;
    expect(metrics.map(({ name, value }) => [name, value])).toEqual(
      saved.map(({ name, value }) => [name, expect.closeTo(value, 12)]),
    );
  });

  test("without songs heard before: ranked among the others, as the protocol has it", async () => {
    const { plays } = await timeline({ run, user: "u1" });
    const history = plays.slice(0, 6).map(({ id }) => id);
    const watch = (await ask([])).list.map(({ id }) => id).filter((id) => !history.includes(id));
    const [all, left] = [await ask(history, { watch, k: 24 }), await ask(history, { watch, k: 24, newOnly: true })];
    for (const [i, { id, rank }] of left.watched.entries()) {
      const before = all.list.slice(0, all.watched[i].rank! - 1);
      expect(rank).toBe(1 + before.filter((each) => !history.includes(each.id)).length);
      expect(left.list[rank! - 1].id).toBe(id);
    }
  });

  test("walking, one pass, and the scorer give the same list after any edit", async () => {
    const { plays } = await timeline({ run, user: "u1" });
    const ids = plays.filter(({ known }) => known).map(({ id }) => id);
    const saved = loadModel(run);
    const when = new Map(plays.map(({ time }, place) => [place, time]));
    const edits = [
      ids,
      ids.slice(0, -1),
      ids.slice(1),
      [...ids.slice(0, 20), ...ids.slice(21)],
      ids.slice(0, 3),
      [],
      ids.toReversed(),
      ids,
    ];
    for (const history of edits) {
      const times = history.map((_, place) => when.get(place)!);
      const { list } = await ask(history, { times });
      const query = {
        user: saved.users.indexOf("u1"),
        history: Int32Array.from(history, (id) => saved.items.indexOf(id)),
        times: Float64Array.from(times),
      };
      const wanted = await recommend(saved.scorer, query, { k: 10 });
      list.forEach((each, i) => {
        expect(each.probability).toBeCloseTo(wanted[i].probability, 4);
      });
    }
    saved.model.dispose();
  });

  test("ranks, new songs only, unknown ids and reasons", async () => {
    const { plays } = await timeline({ run, user: "u1" });
    const ids = plays.slice(0, 20).map(({ id }) => id);
    const watch = (await ask(ids)).list.map(({ id }) => id);
    const again = await ask([...ids, "__proto__"], { watch: [...watch, "none"] });
    expect(again.unknown).toBe(1);
    expect(again.watched.map(({ rank }) => rank)).toEqual([...watch.map((_, i) => i + 1), null]);
    const fresh = await ask(ids.slice(0, 4), { newOnly: true });
    expect(fresh.list.every(({ seen, id }) => !seen && !ids.slice(0, 4).includes(id))).toBe(true);
    const rows = await explainList({
      run,
      user: "u1",
      history: ["none", ...ids],
      times: [],
      now: null,
      items: watch.slice(0, 2),
    });
    for (const { reasons } of rows) {
      const factors = reasons.map(({ factor }) => factor);
      expect(factors.filter((factor) => factor < 1).length).toBeLessThanOrEqual(3);
      expect(factors.filter((factor) => factor > 1).length).toBeLessThanOrEqual(2);
    }
    for (const { reasons } of rows)
      for (const { position, title } of reasons) expect(plays[position - 1].title).toBe(title);
  });

  test("listeners by plays and by rank; a timeline with its parts and unknown songs", async () => {
    const heavy = await listeners({ run, order: "heavy", search: "", limit: 5, seed: 1 });
    expect([heavy.listeners.length, heavy.total]).toEqual([5, USERS]);
    const worst = await listeners({ run, order: "worst", search: "U1", limit: 100, seed: 1 });
    expect(worst.ranked).toBe(true);
    expect(worst.listeners.every(({ id }) => id.startsWith("u1"))).toBe(true);
    const rate = worst.listeners.map(({ hits, cases }) => hits! / cases!);
    expect(rate).toEqual(rate.toSorted((a, b) => a - b));
    const { plays, now } = await timeline({ run, user: "u0" });
    expect(plays).toHaveLength(PLAYS);
    expect([plays[now - 1].part, plays[now].part]).toEqual(["validation", "test"]);
    expect(plays.at(-1)).toMatchObject({ title: "late", artist: "Artist", known: false });
    await expect(timeline({ run, user: "__proto__" })).rejects.toMatchObject({ code: "USER_UNKNOWN" });
  });

  test("evaluation: slices and bars cover all cases; misses lead to their moment", async () => {
    const { slices, rankCounts, misses, table, lists, users, sets, readings } = await evaluation({ run });
    expect(sets.map(({ name }) => name)).toContain("Recall@10");
    // Training read it first; however often the window looks, it is one model.
    expect(readings).toMatchObject([{ model: readRecord(run).id, by: "train", times: 2 }]);
    expect(lists.map(({ name }) => name)).toEqual(expect.arrayContaining(["Coverage@10", "PopularityLift@10"]));
    expect(users.reduce((sum, { hits }) => sum + hits, 0)).toBe(rankCounts[0] + rankCounts[1] + rankCounts[2]);
    const all = rankCounts.reduce((sum, count) => sum + count, 0);
    expect(all).toBe(table.protocol.cases);
    expect(slices.filter(({ by }) => by === "repeat").reduce((sum, { cases }) => sum + cases, 0)).toBe(all);
    const { plays } = await timeline({ run, user: misses[0].user });
    expect(plays[misses[0].now].id).toBe(misses[0].target.id);
    expect(misses[0].rank).toBe(Math.max(...misses.map(({ rank }) => rank)));
  });

  test("two runs by paired tests: a copy is not told apart from its original", async () => {
    const copy = join(folder, "runs", "copy");
    cpSync(run, copy, { recursive: true });
    writeFileSync(join(copy, "run.json"), JSON.stringify({ ...readRecord(run), id: "copy" }));
    const { rows } = await pairs({ runs: [run, copy] });
    expect(rows.map(({ scorer }) => scorer).sort()).toEqual([readRecord(run).id, "copy"].sort());
    expect(rows[1].tests).toMatchObject({ difference: { value: 0 }, randomisation: { corrected: 1 } });
  });

  test("a run that is ranked keeps its model while others are opened", async () => {
    const copies = ["a", "b", "c", "d"].map((name) => join(folder, name));
    for (const copy of copies) cpSync(run, copy, { recursive: true });
    const { saved } = await sessionOf(copies[0]);
    const { score } = saved.scorer;
    let rank = () => {};
    const gate = new Promise<void>((resolve) => {
      rank = resolve;
    });
    vi.spyOn(saved.scorer, "score").mockImplementation((queries) => gate.then(() => score(queries)));
    const disposed = vi.spyOn(saved.model, "dispose");
    const ranked = answer(() => evaluation({ run: copies[0] }));
    for (const copy of copies.slice(1)) await answer(() => sessionOf(copy));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(disposed).not.toHaveBeenCalled();
    rank();
    expect((await ranked).rankCounts).toEqual((await evaluation({ run })).rankCounts);
    await vi.waitFor(() => expect(disposed).toHaveBeenCalledOnce());
  });

  test("the hidden state through time: each step knows how expected its play was", async () => {
    const { plays } = await timeline({ run, user: "u1" });
    const ids = plays.slice(0, 12).map(({ id }) => id);
    const times = plays.slice(0, 12).map(({ time }) => time);
    const asked = { run, user: "u1", history: ["none", ...ids], times: [null, ...times], now: null };
    const { steps } = await statePath(asked);
    expect(steps.map(({ play }) => play)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
    const before = await ask(ids.slice(0, 11), { watch: [ids[11]], times: times.slice(0, 11) });
    expect(steps[11].rank).toBe(before.watched[0].rank);
    expect(steps[11].probability).toBeCloseTo(before.watched[0].probability, 5);
    for (const { moved } of steps) expect(moved).toBeGreaterThan(0);
    expect((await statePath({ run, user: null, history: [], times: [], now: null })).steps).toEqual([]);
  });

  test("items: search, map and neighbours", async () => {
    const [song] = await songs({ run, search: "song 7", limit: 3 });
    expect(song.title).toBe("song 7");
    const map = await itemMap({ run, limit: 10 });
    expect(map.points).toHaveLength(10);
    expect(map.explained).toBeGreaterThan(0);
    expect(map.explained).toBeLessThanOrEqual(1 + 1e-6);
    const near = await neighbours({ run, item: song.id, limit: 4 });
    expect(near.neighbours.map(({ similarity }) => similarity)).toEqual(
      near.neighbours.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
    );
    expect(near.neighbours.some(({ id }) => id === song.id)).toBe(false);
    expect(near.listeners[0].plays).toBeGreaterThan(0);
    const chances = near.gets.map(({ probability }) => probability);
    expect(chances).toEqual(chances.toSorted((a, b) => b - a));
    const { plays } = await timeline({ run, user: near.gets[0].id });
    const { history, times } = heard(plays);
    const again = await ask(history, { times, user: near.gets[0].id, watch: [song.id] });
    expect(again.watched[0].probability).toBeCloseTo(chances[0], 4);
    expect(again.watched[0].rank).toBe(near.gets[0].rank);
    await expect(neighbours({ run, item: "none", limit: 4 })).rejects.toMatchObject({ code: "TITLE_UNKNOWN" });
  });

  test("a report, in the language of the window", async () => {
    const { html } = await report({ run, language: "zh" });
    expect(html).toContain("测试结果");
    expect(html).toContain("每位用户的播放次数");
    expect(html.length).toBeGreaterThan(1e6); // the figures are live without a network
  });

  test("an estimate is near what the run took", async () => {
    const estimate = await estimateRun(runConfig({ data: { path }, train: { epochs: 2, maxLength: 20 } }));
    const { seconds, counts } = readRecord(run);
    expect(estimate).toMatchObject({ users: counts.users, items: counts.items });
    expect(estimate.trainingSeconds).toBeGreaterThan(seconds.training / 5);
    expect(estimate.trainingSeconds).toBeLessThan(seconds.training * 5);
    expect(estimate.peakBytes).toBeGreaterThan(1e8);
    const stopped = estimateRun(runConfig({ data: { path } }), AbortSignal.abort(new Error("enough")));
    await expect(stopped).rejects.toThrow("enough");
  });

  test("a log: preview and audit", async () => {
    const config = runConfig({ data: { path } });
    const seen = await preview(config, () => {});
    expect([seen.count, seen.roles, seen.rows[0][0]]).toEqual([USERS * PLAYS, ["user", "item", "time"], "u0"]);
    const audit = await summarise(config, () => {});
    expect(audit.profile?.users).toBe(USERS);
    expect(audit.popularity[0][0]).toBe(1);
  });
});
