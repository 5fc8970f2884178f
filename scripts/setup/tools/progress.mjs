const frames = ["|", "/", "-", "\\"];

/**
 * Shows one line per step: a turning line on a terminal, otherwise a plain line at the end and a sign of life every 10 s.
 * `step(title, work)` runs `work(report)`; `report(text)` says what is under way; what `work` returns ends the line, and is returned.
 */
export function createProgress(stream, t) {
  const live = stream.isTTY && !process.env.CI;
  async function step(title, work) {
    const started = Date.now();
    const elapsed = () => (Date.now() - started) / 1000;
    let detail = "";
    let frame = 0;
    const line = (mark, seconds, text) => `${mark} ${title}  ${t("seconds", seconds)}${text ? `  ${text}` : ""}`;
    const draw = () => overwrite(stream, line(frames[frame++ % 4], Math.floor(elapsed()), detail));
    const timer = live
      ? setInterval(draw, 120)
      : setInterval(() => stream.write(`${line("…", Math.floor(elapsed()), detail)}\n`), 10_000);
    const end = (mark, text) => {
      clearInterval(timer);
      if (live) overwrite(stream, "");
      stream.write(`${line(mark, elapsed().toFixed(1), text)}\n`);
    };
    try {
      const text = await work((text) => {
        detail = text;
      });
      end("✓", text);
      return text;
    } catch (error) {
      end("✗", "");
      throw error;
    }
  }
  return { step, say: (text) => stream.write(`${text}\n`) };
}

function overwrite(stream, text) {
  const width = (stream.columns || 80) - 1;
  stream.write(`\r\u001b[2K${text.slice(0, width)}`);
}
