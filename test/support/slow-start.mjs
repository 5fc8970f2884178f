// A trainer of trials whose log takes long to read.
import { serveTasks } from "../../dist/tune/workers/child.js";

serveTasks(async () => {
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  return async () => ({ value: 1, seconds: 1 });
});
