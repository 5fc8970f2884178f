import { duration } from "./duration.js";
import { useSettings } from "./settings.js";

/** Making a formatter of `Intl` takes a millisecond, and a list has twenty rows: each is made once for a language. */
function formatsOf(locale: string) {
  const count = new Intl.NumberFormat(locale);
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumSignificantDigits: 3 });
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  return {
    count: (value: number) => count.format(value),
    /** Three digits that count: 12.3 %. */
    share: (value: number) => share.format(value),
    /** A metric in [0, 1]. */
    metric: (value: number) => value.toFixed(3),
    day: (value: number | string) => day.format(new Date(value)),
    moment: (value: number | string) => moment.format(new Date(value)),
    clock: (value: number | string) => clock.format(new Date(value)),
    time: (value: number | string) => time.format(new Date(value)),
    number: (value: number) => number.format(value),
    duration: (seconds: number) => duration(seconds, locale),
  };
}

const made = new Map<string, ReturnType<typeof formatsOf>>();

/** Numbers, times and dates in the language of the window. */
export function useFormat(): ReturnType<typeof formatsOf> {
  const locale = useSettings().language === "zh" ? "zh-CN" : "en-GB";
  const formats = made.get(locale) ?? formatsOf(locale);
  made.set(locale, formats);
  return formats;
}
