// What the desktop window may do: pure rules, everything else is denied.

/** True for an address of the app's own server. @param origin such as http://127.0.0.1:4321 */
export function isOwn(url: string, origin: string): boolean {
  try {
    return new URL(url).origin === origin;
  } catch {
    return false;
  }
}

const OPENED_OUTSIDE = new Set(["https:", "mailto:"]);

/** The address to hand to the system's browser, or null. A parsed one: the system never sees what was typed. */
export function externalAddress(url: string): string | null {
  try {
    const parsed = new URL(url);
    if (!OPENED_OUTSIDE.has(parsed.protocol) || parsed.username !== "" || parsed.password !== "") return null;
    return parsed.href;
  } catch {
    return null;
  }
}

/** True where a request of the page is cancelled. Figures make blob: and data: addresses. */
export function isBlocked(url: string, origin: string): boolean {
  if (url.startsWith("data:") || url.startsWith(`blob:${origin}/`)) return false;
  return !isOwn(url, origin);
}

/** Headers with the token, for the app's own server only. */
export function withToken(
  url: string,
  origin: string,
  token: string,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization");
  return { ...Object.fromEntries(others), ...(isOwn(url, origin) ? { Authorization: `Bearer ${token}` } : {}) };
}

const PERMITTED = new Set(["clipboard-sanitized-write"]);

/** The command that reproduces a run may be copied; the window needs nothing else. */
export function isPermitted(permission: string, requester: string, origin: string): boolean {
  return PERMITTED.has(permission) && isOwn(requester, origin);
}

/** Preferences of the only window. */
export function webPreferences(preload: string) {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  } as const;
}
