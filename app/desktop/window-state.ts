/** Where the window was. Pixels of the screen. */
export interface WindowState {
  readonly x: number | undefined;
  readonly y: number | undefined;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const USUAL: WindowState = { x: undefined, y: undefined, width: 1360, height: 900, maximized: false };
export const SMALLEST = { width: 640, height: 480 } as const;
/** Pixels of a window that must be on some screen, so that it can be taken hold of. */
const REACHABLE = 80;

/** Reads a saved state. Anything that is not one, or lies off every screen now, gives the usual one. */
export function parseState(text: string | undefined, screens: readonly Area[]): WindowState {
  let saved: Partial<Record<keyof WindowState, unknown>>;
  try {
    saved = Object(JSON.parse(text ?? ""));
  } catch {
    return USUAL;
  }
  const { x, y, width, height, maximized } = saved;
  if (![x, y, width, height].every((value) => Number.isFinite(value))) return USUAL;
  const state: WindowState = {
    x: Math.round(x as number),
    y: Math.round(y as number),
    width: Math.max(SMALLEST.width, Math.round(width as number)),
    height: Math.max(SMALLEST.height, Math.round(height as number)),
    maximized: maximized === true,
  };
  return screens.some((screen) => overlaps(state, screen)) ? state : { ...USUAL, maximized: state.maximized };
}

function overlaps({ x = 0, y = 0, width, height }: WindowState, screen: Area): boolean {
  const wide = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  const high = Math.min(y + height, screen.y + screen.height) - Math.max(y, screen.y);
  return wide >= REACHABLE && high >= REACHABLE;
}
