// The desktop shell: its pure rules, and its parts with a made-up `electron`. No real Electron runs here.
import { describe, expect, test, vi } from "vitest";
import { guardContents, guardSession } from "../../app/desktop/guard.js";
import { menuTemplate } from "../../app/desktop/menu.js";
import { externalAddress, isBlocked, isOwn, isPermitted, webPreferences, withToken } from "../../app/desktop/policy.js";
import { answerPage } from "../../app/desktop/requests.js";
import { outsideArchive, parseAddress } from "../../app/desktop/server-process.js";
import { parseState, USUAL } from "../../app/desktop/window-state.js";

const ORIGIN = "http://127.0.0.1:4321";

describe("policy", () => {
  test.each([
    [`${ORIGIN}/#/runs`, true],
    ["http://127.0.0.1:4322/", false],
    ["http://127.0.0.1:4321.evil.test/", false],
    ["http://localhost:4321/", false],
    ["https://127.0.0.1:4321/", false],
    ["file:///etc/passwd", false],
    ["javascript:alert(1)", false],
    ["no address", false],
  ])("%s is our own: %s", (url, own) => {
    expect(isOwn(url, ORIGIN)).toBe(own);
    expect(isBlocked(url, ORIGIN)).toBe(!own);
  });

  test("figures may make data and blob addresses of their own", () => {
    expect([
      isBlocked("data:image/png;base64,x", ORIGIN),
      isBlocked(`blob:${ORIGIN}/1`, ORIGIN),
      isBlocked("blob:http://evil.test/1", ORIGIN),
    ]).toEqual([false, false, true]);
  });

  test.each([
    ["https://example.org/a?b", "https://example.org/a?b"],
    ["mailto:a@example.org", "mailto:a@example.org"],
    ["http://example.org/", null],
    ["https://user:secret@example.org/", null],
    ["file:///etc/passwd", null],
    ["smb://host/share", null],
    ["javascript:alert(1)", null],
    ["", null],
  ])("outside: %s", (url, wanted) => expect(externalAddress(url)).toBe(wanted));

  test("the token goes to our own server only, and none that the page set", () => {
    const headers = { authorization: "Bearer page", Accept: "x" };
    expect(withToken(`${ORIGIN}/api`, ORIGIN, "t", headers)).toEqual({ Accept: "x", Authorization: "Bearer t" });
    expect(withToken("http://evil.test/", ORIGIN, "t", headers)).toEqual({ Accept: "x" });
  });

  test("one permission, for our own page", () => {
    expect(isPermitted("clipboard-sanitized-write", `${ORIGIN}/`, ORIGIN)).toBe(true);
    expect(isPermitted("clipboard-sanitized-write", "http://evil.test/", ORIGIN)).toBe(false);
    for (const other of ["media", "geolocation", "notifications", "clipboard-read", "openExternal", "fullscreen"])
      expect(isPermitted(other, `${ORIGIN}/`, ORIGIN)).toBe(false);
  });

  test("the window is sandboxed and has no Node", () => {
    expect(webPreferences("p")).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });
});

describe("window state", () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  test.each([
    [
      "where it was",
      '{"x":10,"y":20,"width":900,"height":700,"maximized":true}',
      { x: 10, y: 20, width: 900, height: 700, maximized: true },
    ],
    ["off every screen", '{"x":5000,"y":20,"width":900,"height":700}', USUAL],
    ["too small", '{"x":10,"y":20,"width":1,"height":1}', { x: 10, y: 20, width: 640, height: 480, maximized: false }],
    ["no numbers", '{"x":"a"}', USUAL],
    ["infinite", '{"x":1e999,"y":0,"width":900,"height":700}', USUAL],
    ["no JSON", "{", USUAL],
    ["null", "null", USUAL],
    ["nothing saved", undefined, USUAL],
  ])("%s", (_, text, wanted) => expect(parseState(text, screens)).toEqual(wanted));
});

test("the menu leads to screens in both languages", () => {
  const places: string[] = [];
  for (const [language, name] of [
    ["en-GB", "Go"],
    ["zh-CN", "前往"],
  ]) {
    const menu = menuTemplate(language, "linux", (place) => places.push(place));
    const go = menu.find(({ label }) => label === name)?.submenu as { click: () => void }[];
    for (const item of go) item.click();
  }
  expect(places).toEqual(["", "runs", "explore", "settings", "", "runs", "explore", "settings"]);
  expect(menuTemplate("en", "darwin", () => {})[0]).toEqual({ role: "appMenu" });
});

test("plain Node finds the server beside the archive that only Electron reads", () => {
  expect([
    outsideArchive("/opt/Refrain/resources/app.asar/dist/app/server/main.js"),
    outsideArchive("C:\\Refrain\\resources\\app.asar\\dist\\app\\server\\main.js"),
    outsideArchive("/home/a/refrain/dist/app/server/main.js"),
  ]).toEqual([
    "/opt/Refrain/resources/app.asar.unpacked/dist/app/server/main.js",
    "C:\\Refrain\\resources\\app.asar.unpacked\\dist\\app\\server\\main.js",
    "/home/a/refrain/dist/app/server/main.js",
  ]);
});

test("the address of the server is taken from this machine only", () => {
  expect(parseAddress('{"origin":"http://127.0.0.1:1","token":"t"}')).toEqual({
    origin: "http://127.0.0.1:1",
    token: "t",
  });
  for (const line of ['{"origin":"http://evil.test:1","token":"t"}', '{"origin":"http://127.0.0.1:1"}', "{}", "x"])
    expect(() => parseAddress(line)).toThrow();
});

test("a guarded session denies, and a guarded window stays (made-up electron)", () => {
  const set: Record<string, (...given: never[]) => unknown> = {};
  const keep = (name: string) => (handler: (...given: never[]) => unknown) => {
    set[name] = handler;
  };
  const session = {
    setPermissionRequestHandler: keep("request"),
    setPermissionCheckHandler: keep("check"),
    setDevicePermissionHandler: keep("device"),
    webRequest: { onBeforeRequest: keep("before"), onBeforeSendHeaders: keep("headers") },
  };
  guardSession(session as never, { origin: ORIGIN, token: "t" });
  const answer = vi.fn();
  set.request(null as never, "media" as never, answer as never, { requestingUrl: `${ORIGIN}/` } as never);
  set.before({ url: "https://evil.test/" } as never, answer as never);
  set.headers({ url: `${ORIGIN}/api`, requestHeaders: {} } as never, answer as never);
  expect(answer.mock.calls).toEqual([[false], [{ cancel: true }], [{ requestHeaders: { Authorization: "Bearer t" } }]]);
  expect([set.check(null as never, "media" as never, ORIGIN as never), set.device(null as never)]).toEqual([
    false,
    false,
  ]);

  const heard: Record<string, (event: { url: string; preventDefault: () => void }) => void> = {};
  const opened: string[] = [];
  const contents = {
    on: (name: string, handler: never) => {
      heard[name] = handler;
    },
    setWindowOpenHandler: keep("open"),
  };
  guardContents(contents as never, ORIGIN, (url) => opened.push(url));
  const prevented = (name: string, url: string) => {
    const preventDefault = vi.fn();
    heard[name]({ url, preventDefault });
    return preventDefault.mock.calls.length > 0;
  };
  for (const name of ["will-navigate", "will-redirect", "will-frame-navigate"])
    expect([prevented(name, "https://evil.test/"), prevented(name, `${ORIGIN}/#/x`)]).toEqual([true, false]);
  expect(prevented("will-attach-webview", `${ORIGIN}/`)).toBe(true);
  expect([set.open({ url: "https://example.org/" } as never), set.open({ url: "file:///x" } as never)]).toEqual([
    { action: "deny" },
    { action: "deny" },
  ]);
  expect(opened).toEqual(["https://example.org/"]);
});

test("requests of the page: from its own top frame alone, and into the folder of the runs alone (made-up electron)", async () => {
  const handlers: Record<string, (event: never, ...given: unknown[]) => unknown> = {};
  const done: string[] = [];
  const system = {
    pickLog: async () => "/a/log.csv",
    showInFolder: (path: string) => done.push(`show ${path}`),
    notify: (title: string, body: string) => done.push(`${title}: ${body.length}`),
  };
  const ipcMain = { handle: (name: string, handler: never) => (handlers[name] = handler) };
  answerPage(ipcMain as never, system as never, ORIGIN, "/runs");
  const own = { senderFrame: { url: `${ORIGIN}/#/runs`, parent: null } } as never;
  expect(await handlers["pick-log"](own)).toBe("/a/log.csv");
  for (const id of ["2026-a", "..", ".", "", "../../etc", "a/b", 1, null]) handlers["reveal-run"](own, id);
  handlers.notify(own, "Done", "x".repeat(999));
  handlers.notify(own, {}, "x");
  expect(done).toEqual(["show /runs/2026-a/run.json", "Done: 200"]);
  for (const senderFrame of [
    null,
    { url: "https://evil.test/", parent: null },
    { url: `${ORIGIN}/`, parent: {} },
    { url: "about:blank", parent: null },
  ])
    for (const handler of Object.values(handlers)) expect(() => handler({ senderFrame } as never)).toThrow("own page");
});

test("the preload gives the page four functions and nothing else (made-up electron)", async () => {
  const exposeInMainWorld = vi.fn();
  const invoke = vi.fn();
  vi.doMock("electron", () => ({
    contextBridge: { exposeInMainWorld },
    ipcRenderer: { invoke },
    webUtils: { getPathForFile: () => "/a/log.csv" },
  }));
  try {
    await import("../../app/desktop/preload.js");
  } finally {
    vi.doUnmock("electron");
  }
  const [name, bridge] = exposeInMainWorld.mock.calls[0];
  const functions = ["pathOf", "pickLog", "revealRun", "notify"];
  expect([name, Object.keys(bridge), bridge.pathOf({})]).toEqual(["refrainDesktop", functions, "/a/log.csv"]);
  bridge.pickLog();
  bridge.revealRun("a");
  bridge.notify("t", "b");
  expect(invoke.mock.calls).toEqual([["pick-log"], ["reveal-run", "a"], ["notify", "t", "b"]]);
});

test("the main process: sandbox before all, one instance, guards before the window, a polite end (made-up electron)", async () => {
  const order: string[] = [];
  const note =
    (name: string, value?: unknown) =>
    (...given: unknown[]) => {
      order.push(name);
      return typeof value === "function" ? value(...given) : value;
    };
  const heard: Record<string, (event: { preventDefault: () => void }) => void> = {};
  const options: Record<string, unknown>[] = [];
  class FakeWindow {
    webContents = { loadURL: () => Promise.resolve() };
    constructor(given: Record<string, unknown>) {
      order.push("window");
      options.push(given);
    }
    once() {}
    on() {}
    loadURL = note("load", Promise.resolve());
    isMinimized = () => true;
    restore = note("restore");
    focus = note("focus");
  }
  let isOnly = true;
  const electron = () => ({
    app: {
      enableSandbox: note("sandbox"),
      requestSingleInstanceLock: () => isOnly,
      on: (name: string, handler: never) => {
        heard[name] = handler;
      },
      whenReady: () => Promise.resolve(),
      quit: note("quit"),
      exit: note("exit"),
      getPath: () => "/none",
      getLocale: () => "en",
    },
    BrowserWindow: FakeWindow,
    Menu: { setApplicationMenu: note("menu"), buildFromTemplate: () => ({}) },
    dialog: { showErrorBox: note("error") },
    ipcMain: { handle: () => {} },
    Notification: class {},
    screen: { getAllDisplays: () => [] },
    session: { defaultSession: {} },
    shell: { openExternal: () => Promise.resolve() },
  });
  const stdin = { end: note("stdin closed") };
  const child = {
    exitCode: null,
    signalCode: null as string | null,
    stdin,
    once: (_: string, ended: () => void) => setTimeout(ended),
    kill: note("killed"),
  };
  vi.doMock("electron", electron);
  vi.doMock("../../app/desktop/server-process.js", async (original) => ({
    ...(await original<object>()),
    startServer: note("server", Promise.resolve({ origin: ORIGIN, token: "t", child })),
  }));
  vi.doMock("../../app/desktop/guard.js", () => ({ guardSession: note("guard"), guardContents: () => {} }));
  try {
    await import("../../app/desktop/main.js");
    await vi.waitFor(() => expect(order).toContain("load"));
    expect(order).toEqual(["sandbox", "server", "guard", "menu", "window", "load"]);
    expect(options[0].webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    heard["second-instance"]({ preventDefault: () => {} });
    const preventDefault = vi.fn();
    heard["before-quit"]({ preventDefault });
    await vi.waitFor(() => expect(order.at(-1)).toBe("quit"));
    expect(preventDefault).toHaveBeenCalledOnce();
    expect(order.slice(6)).toEqual(["restore", "focus", "stdin closed", "quit"]);
    heard["before-quit"]({ preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();

    // A server that was killed is not waited for.
    child.signalCode = "SIGKILL";
    order.length = 0;
    await import(`../../app/desktop/main.js?${"killed"}`);
    await vi.waitFor(() => expect(order).toContain("load"));
    heard["before-quit"]({ preventDefault });
    await vi.waitFor(() => expect(order.at(-1)).toBe("quit"));
    expect(order).not.toContain("stdin closed");

    isOnly = false;
    order.length = 0;
    // The same file as another module: other tests of this worker keep theirs.
    await import(`../../app/desktop/main.js?${"again"}`);
    expect(order).toEqual(["sandbox", "quit"]);
  } finally {
    vi.doUnmock("electron");
    vi.doUnmock("../../app/desktop/server-process.js");
    vi.doUnmock("../../app/desktop/guard.js");
  }
});
