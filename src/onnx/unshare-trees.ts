/** Child pointers of nodes; leaves have feature -1. */
interface Links {
  readonly roots: readonly number[];
  readonly feature: Int32Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
}

export interface UnsharedTrees {
  readonly roots: Int32Array;
  readonly yes: Int32Array;
  readonly no: Int32Array;
  /** By new node: the node in the file that it copies; children above are new positions. */
  readonly origin: Int32Array;
}

const MAX_NODES = 4_000_000;

/**
 * Nodes in depth-first order, each reached by one path: converters let branches share a subtree (lightgbm's categorical
 * splits are chains of `==` that all lead to the same child), which is copied for each of them.
 * @returns null when the nodes form a cycle or copies grow beyond all bounds
 */
export function unshareTrees({ roots, feature, yes, no }: Links): UnsharedTrees | null {
  const nNodes = feature.length;
  const origin: number[] = [];
  const newYes: number[] = [];
  const newNo: number[] = [];
  // A path longer than the number of nodes repeats one of them.
  const stack: { node: number; parent: number; isYes: boolean; depth: number }[] = [];
  const newRoots = roots.map((root) => {
    const first = origin.length;
    stack.push({ node: root, parent: -1, isYes: false, depth: 0 });
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { node, parent, isYes, depth } = top;
      if (depth > nNodes || origin.length > MAX_NODES) return -1;
      const at = origin.length;
      origin.push(node);
      newYes.push(-1);
      newNo.push(-1);
      if (parent >= 0) (isYes ? newYes : newNo)[parent] = at;
      if (feature[node]! < 0) continue;
      stack.push(
        { node: no[node]!, parent: at, isYes: false, depth: depth + 1 },
        { node: yes[node]!, parent: at, isYes: true, depth: depth + 1 },
      );
    }
    return first;
  });
  if (newRoots.includes(-1)) return null;
  return { roots: Int32Array.from(newRoots), yes: Int32Array.from(newYes), no: Int32Array.from(newNo), origin: Int32Array.from(origin) };
}
