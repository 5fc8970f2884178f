import type { Session, WebContents } from "electron";
import { externalAddress, isBlocked, isOwn, isPermitted, withToken } from "./policy.js";
import type { ServerAddress } from "./server-process.js";

/** Denies a session everything but its own server, and gives that the token, which the page never sees. */
export function guardSession(session: Session, { origin, token }: ServerAddress): void {
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(isPermitted(permission, requestingUrl, origin)),
  );
  session.setPermissionCheckHandler((_contents, permission, requester) => isPermitted(permission, requester, origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: isBlocked(url, origin) }));
  session.webRequest.onBeforeSendHeaders(({ url, requestHeaders }, answer) =>
    answer({ requestHeaders: withToken(url, origin, token, requestHeaders) }),
  );
}

/**
 * Keeps the contents of any window on its own server.
 *
 * @param openOutside gets addresses that may go to the system's browser
 */
export function guardContents(contents: WebContents, origin: string, openOutside: (url: string) => void): void {
  const stay = (event: { preventDefault(): void }, url: string) => {
    if (!isOwn(url, origin)) event.preventDefault();
  };
  contents.on("will-navigate", (event) => stay(event, event.url));
  contents.on("will-redirect", (event) => stay(event, event.url));
  contents.on("will-frame-navigate", (event) => stay(event, event.url));
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const address = externalAddress(url);
    if (address) openOutside(address);
    return { action: "deny" };
  });
}
