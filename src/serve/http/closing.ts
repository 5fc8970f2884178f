/**
 * Ends a program once. A second signal means at once; a parent that goes while the work is put away means nothing more.
 *
 * @param putAway what must be done before the end
 */
export function closing(putAway: () => Promise<void>, exit: (code: number) => void) {
  let began = false;
  const begin = async () => {
    began = true;
    await putAway();
    exit(0);
  };
  return {
    onSignal: () => (began ? exit(1) : void begin()),
    onParentGone: () => (began ? undefined : void begin()),
  };
}
