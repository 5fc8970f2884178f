/**
 * Ends a program once. A second signal means at once; a parent that goes while the work is put away means nothing more.
 *
 * @param putAway what must be done before the end
 */
export function closing(
  putAway: () => Promise<void>,
  exit: (code: number) => void,
): { readonly onSignal: () => void; readonly onParentGone: () => void } {
  let began = false;
  const begin = async () => {
    began = true;
    await putAway();
    exit(0);
  };
  return {
    onSignal: (): void => (began ? exit(1) : void begin()),
    onParentGone: (): void => (began ? undefined : void begin()),
  };
}
