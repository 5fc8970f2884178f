// Metrics beside a plain implementation, over as many random cases as the issue asks for.
import { expect, test } from "vitest";
import { agreeWithPlain } from "../evaluate/plain.js";
import { isLongRun } from "../support/cli.js";

test.skipIf(!isLongRun)(
  "metrics of 10,000 random cases in all tie modes are those of a plain implementation",
  async () => {
    expect(await agreeWithPlain(10_000)).toBeLessThanOrEqual(1e-9);
  },
  600_000,
);
