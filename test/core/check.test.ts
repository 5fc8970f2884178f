import { expect, test } from "vitest";
import { checkInteger, checkLength, checkNumber } from "../../src/core/check.js";
import { ERROR_TABLE, RefrainError } from "../../src/core/errors.js";

test("integers and numbers in range pass, all others are named", () => {
  checkInteger("k", 1, 1);
  checkInteger("k", 5, 1, 5);
  checkNumber("share", 0.5, 0, 1);
  checkLength("ranks", 3, 3);
  const thrown = (run: () => void) => {
    try {
      run();
    } catch (error) {
      return error as RefrainError;
    }
    throw new Error("nothing was thrown");
  };
  expect(thrown(() => checkInteger("k", 0, 1)).message).toBe("k must be an integer >= 1, got 0.");
  expect(thrown(() => checkInteger("k", 6, 1, 5)).message).toBe("k must be an integer from 1 to 5, got 6.");
  expect(thrown(() => checkInteger("k", 1.5, 1)).code).toBe("ARGUMENT_INVALID");
  expect(thrown(() => checkNumber("share", Number.NaN, 0, 1)).message).toBe(
    "share must be a number from 0 to 1, got NaN.",
  );
  expect(thrown(() => checkLength("ranks", 2, 3)).code).toBe("SHAPE_MISMATCH");
});

test("every error has a remedy in full sentences and keeps its cause", () => {
  for (const remedy of Object.values(ERROR_TABLE)) expect(remedy).toMatch(/^[A-Z`].*\.$/);
  const cause = new Error("why");
  const error = new RefrainError("RUN_BUSY", "Run 1 is busy.", { pid: 7 }, { cause });
  expect(error).toMatchObject({ name: "RefrainError", details: { pid: 7 }, cause, remedy: ERROR_TABLE.RUN_BUSY });
});
