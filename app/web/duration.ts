/** Hours, minutes and seconds as they are written in a language. */
const UNITS: Readonly<Record<string, readonly [string, string, string]>> = {
  "en-GB": [" h ", " min ", " s"],
  "zh-CN": [" 小时 ", " 分 ", " 秒"],
};

/** Seconds as the two largest units: 45 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number, locale = "en-GB"): string {
  if (!Number.isFinite(seconds)) return "–";
  const [hour, minute, second] = UNITS[locale] ?? UNITS["en-GB"];
  if (seconds < 9.95) return `${Number(seconds.toPrecision(2))}${second}`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${second}`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${minute}${whole % 60}${second}`;
  return `${Math.floor(whole / 3600)}${hour}${Math.round((whole % 3600) / 60)}${minute.trimEnd()}`;
}
