import { useSettings } from "./settings.js";

/** Numbers, times and dates in the language of the window. */
export function useFormat() {
  const locale = useSettings().language === "zh" ? "zh-CN" : "en-GB";
  const count = new Intl.NumberFormat(locale);
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  return {
    count: (value: number) => count.format(value),
    /** Three digits that count: 12.3 %. */
    share: (value: number) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 3 }).format(value),
    /** A metric in [0, 1]. */
    metric: (value: number) => value.toFixed(3),
    day: (value: number | string) => day.format(new Date(value)),
    moment: (value: number | string) => moment.format(new Date(value)),
    clock: (value: number | string) => clock.format(new Date(value)),
    time: (value: number | string) => time.format(new Date(value)),
    duration,
  };
}

/** Seconds in words that need no translation: 45 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}
