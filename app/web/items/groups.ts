import type { ItemMap } from "../../engine/protocol.js";

export const COLOURINGS = ["near", "artist", "style", "popularity"] as const;
export type Colouring = (typeof COLOURINGS)[number];
type Points = ItemMap["points"];

export interface Group {
  /** Of an artist or a style; or the key below "items.group" of a group of our own. */
  readonly name: string;
  readonly isOwn: boolean;
  readonly points: Points;
  readonly colour: string;
  /** Of Plotly: colour alone tells nothing to many people. */
  readonly symbol: string;
  readonly opacity: number;
}

const TINTS = ["var(--chart-1)", "var(--chart-3)", "var(--chart-4)", "var(--chart-5)", "var(--chart-6)"];
const SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross"];
const MOST_ARTISTS = 5;
const MOST_STYLES = 10;

/** Colour and symbol of the nth group: five circles, then five of another form in the same colours. */
const look = (n: number) => ({
  colour: TINTS[n % TINTS.length],
  symbol: SYMBOLS[Math.floor(n / TINTS.length) % SYMBOLS.length],
});

/** What the legend says of a group. A style may be called as a group of ours is, and hold what would be filled in. */
export const groupText = ({ name, isOwn }: Pick<Group, "name" | "isOwn">, t: (key: string) => string): string =>
  isOwn ? t(`items.group.${name}`) : name;

/** Ways to colour the songs that are neither chosen nor near. Points come most played first. */
export const GROUPS: Readonly<Record<Colouring, (points: Points) => Group[]>> = {
  near: (points) => [{ name: "others", isOwn: true, points, colour: "var(--chart-6)", symbol: "circle", opacity: 0.4 }],
  artist: (points) => byName(points, ({ artist }) => artist, MOST_ARTISTS),
  style: (points) => byName(points, ({ style }) => style, MOST_STYLES),
  popularity: (points) => {
    const all = points.reduce((sum, { plays }) => sum + plays, 0);
    let before = 0;
    const thirds: Points[number][][] = [[], [], []];
    for (const point of points) {
      thirds[Math.min(2, Math.floor((3 * before) / (all || 1)))].push(point);
      before += point.plays;
    }
    return ["head", "middle", "tail"].map((name, i) => ({
      name,
      isOwn: true,
      points: thirds[i],
      ...look(i),
      opacity: 0.75,
    }));
  },
};

/** The names with the most plays, each as a group, behind all other songs. */
function byName(points: Points, nameOf: (point: Points[number]) => string, most: number): Group[] {
  const counts = new Map<string, number>();
  for (const point of points) {
    const name = nameOf(point);
    if (name !== "") counts.set(name, (counts.get(name) ?? 0) + point.plays);
  }
  const names = Array.from(counts)
    .sort((a, b) => b[1] - a[1])
    .slice(0, most)
    .map(([name]) => name);
  const shown = new Set(names);
  const others = points.filter((point) => !shown.has(nameOf(point)));
  return [
    { name: "rest", isOwn: true, points: others, colour: "var(--line-strong)", symbol: "circle", opacity: 0.7 },
    ...names.map((name, n) => ({
      name,
      isOwn: false,
      points: points.filter((point) => nameOf(point) === name),
      ...look(n),
      opacity: 1,
    })),
  ];
}

export type Direction = "left" | "right" | "up" | "down";
const STEPS: Readonly<Record<Direction, readonly [x: number, y: number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
};

/** The nearest song that lies in a direction, within 45 degrees where there is one; the most played one without a start. */
export function nextPoint(points: Points, from: string | null, direction: Direction): Points[number] | undefined {
  const start = points.find(({ id }) => id === from);
  if (!start) return points[0];
  const [stepX, stepY] = STEPS[direction];
  const ahead = points.flatMap((point) => {
    const [x, y] = [point.x - start.x, point.y - start.y];
    const along = x * stepX + y * stepY;
    const aside = Math.abs(x * stepY - y * stepX);
    return along > 0 ? [{ point, distance: Math.hypot(x, y), straight: along >= aside }] : [];
  });
  const straight = ahead.filter((each) => each.straight);
  const [nearest] = (straight.length > 0 ? straight : ahead).toSorted((a, b) => a.distance - b.distance);
  return nearest?.point ?? start;
}
