import i18next from "i18next";
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
export type Language = "en" | "zh";

interface Settings {
  readonly theme: Theme;
  readonly language: Language;
}

const KEY = "refrain.settings";
const dark = matchMedia("(prefers-color-scheme: dark)");
const watchers = new Set<() => void>();
let settings: Settings = read();

function read(): Settings {
  const usual: Settings = { theme: "system", language: navigator.language.startsWith("zh") ? "zh" : "en" };
  try {
    const { theme, language } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return {
      theme: theme === "light" || theme === "dark" ? theme : "system",
      language: language === "en" || language === "zh" ? language : usual.language,
    };
  } catch {
    return usual;
  }
}

export function changeSettings(change: Partial<Settings>): void {
  settings = { ...settings, ...change };
  localStorage.setItem(KEY, JSON.stringify(settings));
  applySettings();
}

/** Puts theme and language on the page. */
export function applySettings(): void {
  const root = document.documentElement;
  root.dataset.theme = settings.theme === "system" ? (dark.matches ? "dark" : "light") : settings.theme;
  root.lang = settings.language === "zh" ? "zh-CN" : "en";
  if (i18next.isInitialized && i18next.language !== settings.language) void i18next.changeLanguage(settings.language);
  for (const watcher of watchers) watcher();
}

dark.addEventListener("change", applySettings);

function subscribe(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

export const useSettings = (): Settings => useSyncExternalStore(subscribe, () => settings);
export const currentLanguage = (): Language => settings.language;

/** The theme that is on the page now. */
export const useShownTheme = (): string =>
  useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme ?? "light");
