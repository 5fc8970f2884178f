import { useSyncExternalStore } from "react";

/** Where the window is: "#/explore/RUN?user=u1" is ["explore", "RUN"] with one parameter. */
export interface Route {
  readonly parts: readonly string[];
  readonly search: URLSearchParams;
}

/** Reads a fragment. */
export function parseRoute(hash: string): Route {
  const [path, search = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  return { parts, search: new URLSearchParams(search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a broken address names nothing that exists, and the screen says so
  }
}

/** The fragment of a place. Parameters that are empty are left out. */
export function href(parts: readonly string[], search: Readonly<Record<string, string | number | null>> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search))
    if (value !== null && value !== "") query.set(name, String(value));
  const text = query.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** Goes to a place; `replace` leaves no step back. */
export function go(address: string, replace = false): void {
  if (!replace) {
    location.hash = address;
    return;
  }
  history.replaceState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

function subscribe(changed: () => void): () => void {
  addEventListener("hashchange", changed);
  return () => removeEventListener("hashchange", changed);
}

let last = { hash: "", route: parseRoute("") };

export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  if (last.hash !== hash) last = { hash, route: parseRoute(hash) };
  return last.route;
}
