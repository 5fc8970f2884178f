import "@fontsource-variable/inter/index.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/screens.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError, takeToken } from "./api.js";
import { startTexts } from "./i18n/index.js";
import { applySettings, currentLanguage } from "./settings.js";
import { Shell } from "./shell.js";
import { readEvents } from "./stream.js";

/** Failures that another try may mend. */
const PASSING = new Set(["DISCONNECTED"]);

takeToken();
addEventListener("hashchange", takeToken);
await startTexts(currentLanguage());
applySettings();
const client = new QueryClient({
  defaultOptions: {
    // The server is on this computer: a machine without a network is no reason to wait.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      refetchOnWindowFocus: false,
      retry: (tries, error) => tries < 3 && error instanceof ApiError && PASSING.has(error.code),
      staleTime: 5000,
    },
  },
});
void readEvents(client);
createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <Shell />
    </QueryClientProvider>
  </StrictMode>,
);
