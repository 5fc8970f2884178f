// Screens of the app as pictures, in both languages and themes: what the README shows.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const SIZE = { width: 1280, height: 820 };
const QUALITY = 0.8;
/** Time for figures to be drawn and lists to arrive, after what is waited for is there. */
const SETTLED = 1500;

/**
 * @typedef {object} Shot
 * @property {string} name   of the file
 * @property {string} place  address inside the app
 * @property {string} [wait] selector of what must be there
 */

/** The screens that are shown, of the best finished run and of a listener whom it serves well. @returns {Promise<Shot[]>} */
async function shotsOf(origin, token) {
  const ask = async (path) =>
    (await fetch(`${origin}/api${path}`, { headers: { Authorization: `Bearer ${token}` } })).json();
  const finished = (await ask("/runs")).runs.filter(({ state }) => state === "finished");
  const [best] = finished.toSorted((one, other) => (other.test["HR@10"] ?? 0) - (one.test["HR@10"] ?? 0));
  if (!best) return [];
  const run = encodeURIComponent(best.id);
  const { listeners } = await ask(`/runs/${run}/listeners?order=best&limit=40`);
  const user = encodeURIComponent(listeners.toSorted((one, other) => other.cases - one.cases)[0].id);
  const { songs } = await ask(`/runs/${run}/songs?limit=1&search=YOASOBI`);
  const item = encodeURIComponent(songs[0]?.id ?? "");
  return [
    { name: "explore", place: `#/explore/${run}?user=${user}`, wait: ".suggestion .reasons" },
    { name: "run", place: `#/runs/${run}`, wait: ".main-svg" },
    { name: "items", place: `#/items/${run}?item=${item}`, wait: ".main-svg" },
    { name: "evaluate", place: `#/evaluate/${run}`, wait: ".chart .main-svg" },
  ];
}

const LOOKS = ["en", "zh"].flatMap((language) => ["light", "dark"].map((theme) => ({ language, theme })));

/**
 * Takes every shot in every look: `NAME-LANGUAGE-THEME.webp` in the folder.
 *
 * @param {{ url: string, origin: string, token: string, browser: string, folder: string }} options
 * @returns {Promise<number>} bytes of all files; 0 where no run is finished
 */
export async function takeScreenshots({ url, origin, token, browser: executablePath, folder }) {
  const shots = await shotsOf(origin, token);
  if (shots.length === 0) return 0;
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  let bytes = 0;
  try {
    mkdirSync(folder, { recursive: true });
    const converter = await browser.newPage();
    for (const { language, theme } of LOOKS) {
      const context = await browser.newContext({ viewport: SIZE, locale: language === "zh" ? "zh-CN" : "en-GB" });
      await context.addInitScript(
        (settings) => localStorage.setItem("refrain.settings", settings),
        JSON.stringify({ language, theme }),
      );
      const page = await context.newPage();
      await page.goto(url);
      for (const { name, place, wait } of shots) {
        await page.evaluate((hash) => location.assign(hash), place);
        if (wait) await page.locator(wait).first().waitFor({ timeout: 60_000 });
        await page.waitForTimeout(SETTLED);
        const picture = await smaller(converter, await page.screenshot());
        bytes += picture.length;
        writeFileSync(join(folder, `${name}-${language}-${theme}.webp`), picture);
      }
      await context.close();
    }
    return bytes;
  } finally {
    await browser.close();
  }
}

/** PNG to WebP, by the browser that is there anyway. */
async function smaller(page, png) {
  const base64 = await page.evaluate(
    async ([source, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", quality).split(",")[1];
    },
    [png.toString("base64"), QUALITY],
  );
  return Buffer.from(base64, "base64");
}
