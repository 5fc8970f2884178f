// The map of the songs: how it is coloured, and where the arrow keys lead.
import { expect, test } from "vitest";
import { COLOURINGS, GROUPS, nextPoint } from "../../app/web/items/groups.js";

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
