// The desktop shell: one sandboxed window on the server that it starts.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { app, BrowserWindow, dialog, ipcMain, Menu, Notification, screen, session, shell } from "electron";
import { guardContents, guardSession } from "./guard.js";
import { menuTemplate } from "./menu.js";
import { webPreferences } from "./policy.js";
import { answerPage, type System } from "./requests.js";
import { outsideArchive, type RunningServer, startServer } from "./server-process.js";
import { parseState, SMALLEST } from "./window-state.js";

/** Time that the server has to write a checkpoint of a run before the app goes. */
const CLOSING = 25_000;

let window: BrowserWindow | undefined;
let server: RunningServer | undefined;

const statePath = () => join(app.getPath("userData"), "window.json");

function openWindow({ origin }: RunningServer): BrowserWindow {
  const text = existsSync(statePath()) ? readFileSync(statePath(), "utf8") : undefined;
  const { maximized, ...bounds } = parseState(
    text,
    screen.getAllDisplays().map(({ workArea }) => workArea),
  );
  const opened = new BrowserWindow({
    ...bounds,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    title: "Refrain",
    webPreferences: webPreferences(join(__dirname, "preload.cjs")),
  });
  if (maximized) opened.maximize();
  opened.once("ready-to-show", () => opened.show());
  opened.on("close", () => {
    writeFileSync(statePath(), JSON.stringify({ ...opened.getNormalBounds(), maximized: opened.isMaximized() }));
  });
  void opened.loadURL(`${origin}/`);
  return opened;
}

const system: System = {
  async pickLog() {
    const { filePaths } = await dialog.showOpenDialog({ properties: ["openFile"] });
    return filePaths[0] ?? null;
  },
  showInFolder: (path) => shell.showItemInFolder(path),
  notify: (title, body) => {
    if (Notification.isSupported()) new Notification({ title, body }).show();
  },
};

async function start(): Promise<void> {
  const packaged = join(process.resourcesPath ?? "", "node", process.platform === "win32" ? "node.exe" : "node");
  const node = process.env.REFRAIN_NODE ?? packaged;
  const runs = process.env.REFRAIN_RUNS ?? join(app.getPath("documents"), "Refrain", "runs");
  const program = outsideArchive(join(__dirname, "..", "server", "main.js"));
  server = await startServer(node, program, runs, process.env.REFRAIN_PORT);
  const { origin } = server;
  guardSession(session.defaultSession, server);
  answerPage(ipcMain, system, origin, runs);
  app.on("web-contents-created", (_event, contents) =>
    guardContents(contents, origin, (url) => void shell.openExternal(url)),
  );
  const go = (place: string) => void window?.webContents.loadURL(`${origin}/#/${place}`);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(app.getLocale(), process.platform, go)));
  window = openWindow(server);
}

/** Ends the server politely: it pauses what is being trained. */
function stopServer(): Promise<void> {
  const child = server?.child;
  server = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), CLOSING);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end(); // works on every system, where a signal does not
  });
}

app.enableSandbox();
if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on("second-instance", () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on("window-all-closed", () => app.quit());
  app.on("before-quit", (event) => {
    if (!server) return;
    event.preventDefault();
    void stopServer().then(() => app.quit());
  });
  void app
    .whenReady()
    .then(start)
    .catch((error: Error) => {
      dialog.showErrorBox("Refrain", error.message);
      app.exit(1);
    });
}
