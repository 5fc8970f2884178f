// Runs one command and ends it when setup ends, however setup ended: standard input is a pipe from setup, and a pipe
// closes even on kill -9. Without this an orphaned `npm ci` would still be writing while the next setup starts.
const { spawn } = require("node:child_process");

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], windowsHide: true });

child.on("error", (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on("exit", (code, signal) => {
  if (signal) console.error(`ended by ${signal}`);
  process.exit(code ?? 1);
});

process.stdin.on("end", () => {
  if (process.platform === "win32")
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"]).on("exit", () => process.exit(1));
  else process.kill(-process.pid, "SIGKILL");
});
process.stdin.on("error", () => {});
process.stdin.resume();
