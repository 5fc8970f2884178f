// Which request an address stands for: https://… is asked as it is, s3://… by the rules of that service.
import { RefrainError } from "../../core/errors.js";
import { objectOf, type Remote } from "./s3.js";

/** True for what is fetched and not opened. @example isAddress("s3://bucket/plays.csv.gz") // true */
export function isAddress(path: string): boolean {
  return /^(s3|https?):\/\//i.test(path);
}

/** @throws {RefrainError} ADDRESS_REFUSED for an address that is none */
export function remoteOf(address: string, environment: NodeJS.ProcessEnv): Remote {
  return /^s3:/i.test(address) ? objectOf(address, environment) : pageOf(address);
}

/** The request for a plain address. */
function pageOf(address: string): Remote {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isNear = url !== undefined && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (!url || url.username || url.password || !(url.protocol === "https:" || isNear))
    throw new RefrainError("ADDRESS_REFUSED", `${address} is no https:// address without a password in it.`, {
      address,
    });
  return {
    url: url.href,
    refusal(status) {
      const reason = status === 404 || status === 410 ? "there is no such file" : "the server refused";
      return new RefrainError("ADDRESS_REFUSED", `${address} was not given: ${reason} (status ${status}).`, {
        address,
        status,
      });
    },
  };
}

/** The last part of a path, whose ending tells how a file is packed; never one that begins with a point. */
export function fileName(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  return (
    decoded(last)
      .replace(/[^\p{L}\p{N}._-]+/gu, "_")
      .replace(/^\.+/, "")
      .slice(-80) || "log"
  );
}

/** As it is where it is no UTF-8: servers also give names in older encodings. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
