import { COMPARISONS, type TreeEnsemble } from '#/domain/tree-model';

/**
 * An ensemble laid out for traversal without branches: every test is `x <= threshold` (or `x === threshold` where
 * `equal` is set), leaves lie behind the inner nodes and lead to themselves.
 *
 *   children[2 * node + 1]  when the test holds, or for NaN where `missing` is 1
 *   children[2 * node]      otherwise
 *   position nInner + leaf  is a leaf
 *
 * `<` becomes `<=` of the next smaller float64; `>`, `>=` and `!=` swap the children.
 */
export interface CompiledEnsemble {
  readonly nInner: number;
  readonly roots: Int32Array;
  /** By tree: longest path. */
  readonly depths: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly children: Int32Array;
  readonly missing: Uint8Array;
  /** 1: equality; 2: membership in `categorySets[threshold]`. */
  readonly equal: Uint8Array;
  readonly categorySets: readonly Uint32Array[];
  /** Any test that is not `<=`. */
  readonly hasEqual: boolean;
}

const bits = new DataView(new ArrayBuffer(8));

/** The largest float64 below `x`; NaN below -Infinity, so that nothing is `<=` it. */
export function nextBelow(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return NaN;
  if (x === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}

/** Longest path below each root; trees, so every node is met once. */
function depthsOf(ensemble: TreeEnsemble): Int32Array {
  return ensemble.roots.map((root) => {
    let deepest = 0;
    const stack = [root];
    const levels = [0];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const level = levels.pop()!;
      deepest = Math.max(deepest, level);
      if (ensemble.feature[node]! < 0) continue;
      stack.push(ensemble.yes[node]!, ensemble.no[node]!);
      levels.push(level + 1, level + 1);
    }
    return deepest;
  });
}

function compile(ensemble: TreeEnsemble): CompiledEnsemble {
  const nNodes = ensemble.feature.length;
  const nLeaves = ensemble.leafValues.length / Math.max(1, ensemble.nOutputs);
  const positions = new Int32Array(nNodes);
  let nInner = 0;
  for (let node = 0; node < nNodes; node++) if (ensemble.feature[node]! >= 0) positions[node] = nInner++;
  for (let node = 0; node < nNodes; node++) if (ensemble.feature[node]! < 0) positions[node] = nInner + ensemble.leaf[node]!;

  const size = nInner + nLeaves;
  const feature = new Int32Array(size);
  const threshold = new Float64Array(size);
  const children = new Int32Array(2 * size);
  const missing = new Uint8Array(size);
  const equal = new Uint8Array(size);
  for (let leaf = nInner; leaf < size; leaf++) children.fill(leaf, 2 * leaf, 2 * leaf + 2);
  for (let node = 0; node < nNodes; node++) {
    if (ensemble.feature[node]! < 0) continue;
    const at = positions[node]!;
    const comparison = COMPARISONS[ensemble.comparison[node]!]!;
    const value = ensemble.threshold[node]!;
    const swaps = comparison === 'gt' || comparison === 'gte' || comparison === 'neq';
    const holds = swaps ? ensemble.no[node]! : ensemble.yes[node]!;
    const fails = swaps ? ensemble.yes[node]! : ensemble.no[node]!;
    feature[at] = ensemble.feature[node]!;
    threshold[at] = comparison === 'lt' || comparison === 'gte' ? nextBelow(value) : value;
    equal[at] = comparison === 'in' ? 2 : comparison === 'eq' || comparison === 'neq' ? 1 : 0;
    missing[at] = (ensemble.missingYes[node] === 1) === swaps ? 0 : 1;
    children[2 * at + 1] = positions[holds]!;
    children[2 * at] = positions[fails]!;
  }
  return {
    nInner,
    roots: ensemble.roots.map((root) => positions[root]!),
    depths: depthsOf(ensemble),
    feature,
    threshold,
    children,
    missing,
    equal,
    hasEqual: equal.some((kind) => kind > 0),
    categorySets: ensemble.categorySets,
  };
}

const compiled = new WeakMap<TreeEnsemble, CompiledEnsemble>();

/** The compiled form, made once per ensemble object. */
export function compileEnsemble(ensemble: TreeEnsemble): CompiledEnsemble {
  const known = compiled.get(ensemble);
  if (known !== undefined) return known;
  const made = compile(ensemble);
  compiled.set(ensemble, made);
  return made;
}
