// Where an object of S3 is, or of a service that speaks as it does, and how a request for it is signed.
import { RefrainError } from "../../core/errors.js";
import type { DownloadOptions } from "./download.js";

/** How an address is asked for. */
export interface Remote extends Pick<DownloadOptions, "sign" | "refusal"> {
  readonly url: string;
}

/**
 * The request for `s3://bucket/key`, by the variables that other tools read: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 * AWS_SESSION_TOKEN, AWS_REGION or AWS_DEFAULT_REGION (us-east-1), AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL for another service. Without
 * a key it is not signed, which public buckets allow.
 *
 * @throws {RefrainError} ADDRESS_REFUSED where it names no object
 * @source AWS Signature Version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 */
export function objectOf(address: string, environment: NodeJS.ProcessEnv): Remote {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9._-]+)\/(.+)$/is.exec(address) ?? [];
  const names = key?.split("/") ?? [];
  if (!bucket || names.at(-1) === "" || names.includes(".") || names.includes(".."))
    throw new RefrainError("ADDRESS_REFUSED", `${address} names no object: s3://bucket/key was expected.`, { address });
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || "us-east-1";
  const endpoint = environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL;
  if (endpoint && !/^https?:\/\//i.test(endpoint))
    throw new RefrainError(
      "ADDRESS_REFUSED",
      `AWS_ENDPOINT_URL must begin with https:// or http://, not ${endpoint}.`,
      {
        address,
      },
    );
  const path = names.map(encodeURIComponent).join("/");
  const own = `s3.${region}.amazonaws.com`;
  // A certificate for *.s3… does not hold for a name with points.
  const url = endpoint
    ? `${endpoint.replace(/\/+$/, "")}/${bucket}/${path}`
    : bucket.includes(".")
      ? `https://${own}/${bucket}/${path}`
      : `https://${bucket}.${own}/${path}`;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  const hasKey = Boolean(accessKeyId && secretAccessKey);
  const sign = async (signedUrl: string) => {
    const { AwsV4Signer } = await import("aws4fetch");
    const keys = { accessKeyId: accessKeyId ?? "", secretAccessKey: secretAccessKey ?? "" };
    const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
    const { headers } = await new AwsV4Signer({ url: signedUrl, ...keys, sessionToken, service: "s3", region }).sign();
    return Object.fromEntries(headers);
  };
  return {
    url,
    // Without a key there is nothing to add, but no redirect is followed either: S3 answers those with the region.
    sign: hasKey ? sign : async () => ({}),
    refusal(status, headers, text) {
      const code = /<Code>([^<]{1,60})</.exec(text)?.[1];
      const at = headers["x-amz-bucket-region"];
      const reason =
        at && at !== region
          ? `its bucket is in the region ${at}, and ${region} was asked`
          : status === 404
            ? "there is no such object"
            : status !== 401 && status !== 403
              ? "the service refused"
              : hasKey
                ? "the key in AWS_ACCESS_KEY_ID may not read it, or its secret is wrong"
                : "it is not public, and the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
      const said = `status ${status}${code ? `, ${code}` : ""}`;
      return new RefrainError("ADDRESS_REFUSED", `${address} was not given: ${reason} (${said}).`, { address, status });
    },
  };
}
