import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { explore } from "./explore.js";
import { measure } from "./measure.js";
import { names } from "./names.js";
import { run } from "./run.js";
import { shell } from "./shell.js";
import { data, train } from "./work.js";

/** A text in English and Chinese, or texts by name. */
export type Texts = { readonly [name: string]: readonly [english: string, chinese: string] | Texts };

export const TEXTS: Texts = { ...shell, ...run, ...explore, ...measure, ...names, data, train };

/** One language out of the pairs. */
export function inLanguage(texts: Texts, language: 0 | 1): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, value]) => [
      name,
      Array.isArray(value) ? value[language] : inLanguage(value as Texts, language),
    ]),
  );
}

/** Must be done before the first drawing. React escapes texts, so i18next must not. */
export async function startTexts(language: string): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    interpolation: { escapeValue: false },
    resources: { en: { translation: inLanguage(TEXTS, 0) }, zh: { translation: inLanguage(TEXTS, 1) } },
  });
}
