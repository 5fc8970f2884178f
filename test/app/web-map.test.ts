// The map of the songs: how it is coloured, where the arrow keys lead, and how far its making is.
import { expect, test } from "vitest";
import { openingShare } from "../../app/web/components/opening-share.js";
import { COLOURINGS, GROUPS, groupText, nextPoint } from "../../app/web/items/groups.js";

const point = (id: string, x: number, y: number, more: object = {}) => ({
  id,
  title: id,
  artist: "",
  alias: "",
  plays: 1,
  popularityRank: 1,
  x,
  y,
  style: "",
  ...more,
});

test("an arrow goes to the nearest song in its direction; without a start to the most played one", () => {
  const points = [point("a", 0, 0), point("b", 1, 0.2), point("c", 0.6, 5), point("d", -3, -1), point("e", 2, 0)];
  const from = (id: string | null) =>
    (["left", "right", "up", "down"] as const).map((direction) => nextPoint(points, id, direction)?.id);
  expect(from("a")).toEqual(["d", "b", "c", "d"]);
  expect(from("e")).toEqual(["b", "e", "c", "d"]);
  expect(from(null)).toEqual(["a", "a", "a", "a"]);
  expect(nextPoint([], null, "up")).toBeUndefined();
});

test("every song is in one group; the styles with the most plays have their own, told apart without colour too", () => {
  const points = Array.from({ length: 40 }, (_, n) =>
    point(`s${n}`, n, n, { style: n % 14 === 13 ? "" : `style ${n % 14}`, artist: `a${n % 3}`, plays: 40 - n }),
  );
  for (const colouring of COLOURINGS)
    expect(
      GROUPS[colouring](points)
        .flatMap((group) => group.points.map(({ id }) => id))
        .toSorted(),
    ).toEqual(points.map(({ id }) => id).toSorted());
  const groups = GROUPS.style(points);
  expect(groups.map(({ name }) => name)).toEqual(["rest", ...Array.from({ length: 10 }, (_, n) => `style ${n}`)]);
  expect(new Set(groups.map(({ colour, symbol }) => `${colour} ${symbol}`)).size).toBe(11);
});

test("a style keeps its name, though a group of ours is called so or something could be filled in", () => {
  const points = ["near", "{{title}}", "pop"].map((style, n) => point(`s${n}`, n, n, { style, plays: 9 - n }));
  const texts = GROUPS.style(points).map((group) => groupText(group, (key) => `<${key}>`));
  expect(texts).toEqual(["<items.group.rest>", "near", "{{title}}", "pop"]);
});

test("the bar of an opening never goes back, and is never below nothing", () => {
  for (const last of ["map", "ranks"] as const) {
    const shares = [
      { stage: "engine" },
      { stage: "model" },
      { stage: "log", done: 0 },
      { stage: "log", done: 90_000 },
      { stage: last, done: 0, all: 0 },
      { stage: last, done: 1, all: 2 },
      { stage: last, done: 2, all: 2 },
    ].map((opening) => openingShare(opening as never));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect([shares[0] >= 0, shares.at(-1)]).toEqual([true, 1]);
  }
});
