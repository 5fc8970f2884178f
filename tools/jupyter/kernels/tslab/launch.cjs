// Starts the tslab kernel for this repository: node launch.cjs <connection file>.
// tslab 1.0.22 is its last release, and each numbered part below mends one fault of it.
const path = require("node:path");

const connectionFile = path.resolve(process.argv[2]);
process.env.REFRAIN_NOTEBOOK_DIR = process.cwd();
process.chdir(path.resolve(__dirname, "../../../..")); // tslab resolves packages from its working directory: the repository

const tslabDir = path.dirname(require.resolve("tslab/package.json"));
const tslab = (file) => require(path.join(tslabDir, "dist", file));

// 1. Compiler options. The compiler's exports are getters, so the cached module is exchanged.
const tsPath = require.resolve("@tslab/typescript-for-tslab", { paths: [tslabDir] });
const ts = require(tsPath);
const patched = {};
for (const key of Object.keys(ts))
  Object.defineProperty(patched, key, { enumerable: true, configurable: true, get: () => ts[key] });
Object.defineProperty(patched, "createWatchCompilerHost", {
  enumerable: true,
  value: (files, options, ...rest) =>
    ts.createWatchCompilerHost(
      files,
      {
        ...options,
        strict: true, // without it { ok: true } | { ok: false } is not narrowed
        useUnknownInCatchVariables: false,
        moduleResolution: ts.ModuleResolutionKind.Bundler, // reads "exports", so that cells can import "refrain"
      },
      ...rest,
    ),
});
require.cache[tsPath].exports = patched;

// 2. Sources: `{ name }` of an earlier cell's variable, and a `for await` on the top level.
const converter = tslab("converter.js");
const createConverter = converter.createConverter;
converter.createConverter = (options) => {
  const inner = createConverter(options);
  return {
    ...inner,
    convert(previous, source) {
      const { text, edits, file } = rewrite(source);
      const result = inner.convert(previous, text);
      for (const diagnostic of edits.length > 0 ? result.diagnostics : [])
        if (!diagnostic.fileName) for (const place of [diagnostic.start, diagnostic.end]) relocate(place, edits, file);
      return result;
    },
  };
};

function rewrite(source) {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.Latest, true);
  const edits = [];
  let forAwait = false;
  const visit = (node, top) => {
    if (ts.isShorthandPropertyAssignment(node)) edits.push({ at: node.name.end, text: `: ${node.name.text}` });
    if (top && ts.isForOfStatement(node) && node.awaitModifier) forAwait = true;
    const inside = top && !ts.isFunctionLike(node) && !ts.isClassLike(node);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, true);
  if (forAwait) edits.push({ at: 0, text: "await null; " });
  edits.sort((a, b) => a.at - b.at);
  let text = source;
  for (const edit of edits.toReversed()) text = text.slice(0, edit.at) + edit.text + text.slice(edit.at);
  return { text, edits, file };
}

function relocate(place, edits, file) {
  let shift = 0;
  for (const { at, text } of edits)
    if (at + shift < place.offset) shift += Math.min(text.length, place.offset - at - shift);
  place.offset -= shift;
  Object.assign(place, file.getLineAndCharacterOfPosition(Math.max(0, Math.min(place.offset, file.end))));
}

// 3. Errors are one sentence and the remedy; REFRAIN_STACK=1 brings the stack back.
const printError = console.error;
console.error = (...values) => printError(...values.map((value) => (value instanceof Error ? sentence(value) : value)));

function sentence(error) {
  if (process.env.REFRAIN_STACK === "1") return error;
  return error.remedy ? `${error.code}: ${error.message}\n→ ${error.remedy}` : `${error.name}: ${error.message}`;
}

// 4. Interrupt: a cell that watches the signal ends by itself and keeps its variables; a second interrupt leaves it.
let running;
const executor = tslab("executor.js");
const createExecutor = executor.createExecutor;
executor.createExecutor = (...rest) => {
  const inner = createExecutor(...rest);
  const interrupt = () => {
    const watched = running?.watched && !running.signal.aborted;
    running?.abort();
    if (!watched) inner.interrupt();
  };
  return { ...inner, interrupt };
};

function interruptible(channel) {
  const controller = new AbortController();
  running = { watched: false, signal: controller.signal, abort: () => controller.abort(new Error("Interrupted.")) };
  const own = running;
  return {
    ...channel,
    get signal() {
      own.watched = true;
      return controller.signal;
    },
  };
}

// 5. Rejections that nobody awaits fail the cell, or the next one, and do not vanish.
let late = 0;
const channels = new WeakMap();
const jupyter = tslab("jupyter.js");
const handler = jupyter.JupyterHandlerImpl.prototype;
const executeImpl = handler.handleExecuteImpl;
handler.handleExecuteImpl = async function (request, ...rest) {
  globalThis.__jupyter = interruptible(channels.get(request)); // bound when the cell starts, not when it arrives
  const count = await executeImpl.call(this, request, ...rest).catch((error) => {
    late = 0; // this cell fails already
    throw error;
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (late === 0) return count;
  late = 0;
  throw count; // tslab answers a thrown count with status "error"
};

// 6. stop_on_error=false is kept: tslab drops what arrives in the 200 ms after an error.
const { TaskQueue } = tslab("util.js");
const execute = handler.handleExecute;
handler.handleExecute = async function (request, ...rest) {
  const reply = await execute.call(this, request, ...rest);
  if (reply.status === "error" && request.stop_on_error === false) this.execQueue = new TaskQueue();
  return reply;
};

// 7. Messages that tslab has no function for: bundles of several types, and updates.
const server = jupyter.ZmqServer.prototype;
const handleExecute = server.handleExecute;
server.handleExecute = function (socket, message) {
  const send = (type, content) => {
    const out = message.createReply();
    out.header.msg_type = type;
    out.content = content;
    out.signAndSend(this.connInfo.key, this.iopub);
  };
  channels.set(message.content, {
    display: (data, { id, update = false } = {}) =>
      send(update ? "update_display_data" : "display_data", {
        data,
        metadata: {},
        transient: id ? { display_id: id } : {},
      }),
  });
  return handleExecute.call(this, socket, message);
};

// 8. More than 512 messages at once made the socket throw, and output was lost: sends wait for nothing and queue without end.
Object.defineProperty(server, "iopub", {
  get() {
    return this._iopub;
  },
  set(socket) {
    socket.sendTimeout = 0;
    socket.sendHighWaterMark = 0;
    this._iopub = socket;
  },
});

// 9. Sockets were read while they were still being bound. A front end that asked so early ended the loop that answers it, and the
// kernel stayed mute: reading waits until all are bound.
const { bindSocket } = server;
server.bindSocket = function (socket, port) {
  this.binding = Promise.all([this.binding, bindSocket.call(this, socket, port)]);
  return this.binding;
};
for (const name of ["shell", "control", "hb"])
  Object.defineProperty(server, name, {
    get() {
      return this[`_${name}`];
    },
    set(socket) {
      const read = socket[Symbol.asyncIterator].bind(socket);
      const isBound = async () => {
        await null; // binding begins in the same turn as reading
        await this.binding;
      };
      socket[Symbol.asyncIterator] = async function* () {
        await isBound();
        yield* read();
      };
      this[`_${name}`] = socket;
    },
  });

tslab("main.js").startKernel({
  configPath: connectionFile,
  enableFindLocal: false,
  jsKernel: false,
  globalVersion: "",
});
for (const event of ["unhandledRejection", "uncaughtException"]) {
  process.removeAllListeners(event);
  process.on(event, (error) => {
    late++;
    console.error(error);
  });
}
