/**
 * Derived arrays that live as long as what they were made from. Studies are immutable by replacement, so an object's
 * identity stands for its content.
 */
export type Memo<T> = (keys: readonly object[], sub: string | number, make: () => T) => T;

interface Node<T> {
  readonly children: WeakMap<object, Node<T>>;
  readonly values: Map<string | number, T>;
}

/** Stands for an absent part (no predictions) among the keys of a memo. */
export const NOTHING: object = Object.freeze({});

export function createMemo<T>(): Memo<T> {
  const createNode = (): Node<T> => ({ children: new WeakMap(), values: new Map() });
  const root = createNode();
  return (keys, sub, make) => {
    let node = root;
    for (const key of keys) {
      let child = node.children.get(key);
      if (child === undefined) {
        child = createNode();
        node.children.set(key, child);
      }
      node = child;
    }
    const known = node.values.get(sub);
    if (known !== undefined || node.values.has(sub)) return known!;
    const value = make();
    node.values.set(sub, value);
    return value;
  };
}
