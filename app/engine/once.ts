/** Work that is done once for each key, and anew where that failed. */
export function onceFor<K extends object, T>(work: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const kept = new WeakMap<K, Promise<T>>();
  return (key) => {
    const found = kept.get(key) ?? work(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    return found;
  };
}
