// Values of one leaf of value 1 for every pattern of its path's slots.
//
// For a node t of the rule let E(h) be the product over the slots of h_j t + r_j (1 - t), averaged over what is unknown: for covers
// r_j is 1 with probability c_j, independently; for a background r runs over the rows' patterns. The operator D_j takes the
// difference that knowing slot j makes out of E:
//   D_j E(h) = -E(h) / (1 - t)                            where h_j = 0
//   D_j E(h) = (E(h) - E(h without j) / (1 - t)) / t       where h_j = 1
// A Shapley value is the integral of D_j E, an interaction that of D_i D_j E; Banzhaf's values take t = 1/2 alone. Sums over the rule of
// E times powers of 1 / t and 1 / (1 - t) are made once, then each value is one, two or four of them.

/** Most slots of a leaf. */
export const MOST_SLOTS: i32 = 13;
const SIZE = 1 << MOST_SLOTS;

/** f64 nodes and weights of the rules of order 1 to 8: [order - 1][2][8]. */
let rules: usize = 0;
let isBanzhaf: bool = false;

export const slotCover = memory.data(MOST_SLOTS * 8, 16);
const products = memory.data(SIZE * 8, 16);
// Sums over the rule of w E / (t^a (1 - t)^b).
export const sum01 = memory.data(SIZE * 8, 16);
export const sum10 = memory.data(SIZE * 8, 16);
export const sum11 = memory.data(SIZE * 8, 16);
export const sum02 = memory.data(SIZE * 8, 16);
export const sum12 = memory.data(SIZE * 8, 16);
export const sum20 = memory.data(SIZE * 8, 16);
export const sum21 = memory.data(SIZE * 8, 16);
export const sum22 = memory.data(SIZE * 8, 16);

export function setRules(ptr: usize, banzhaf: bool): void {
  rules = ptr;
  isBanzhaf = banzhaf;
}

@inline export function at(sums: usize, pattern: i32): f64 {
  return load<f64>(sums + (<usize>pattern << 3));
}

/** product[pattern] for one node of the rule, from covers. */
function fromCovers(d: i32, t: f64, w: f64): void {
  store<f64>(products, w);
  for (let j = 0; j < d; j++) {
    const dropped = load<f64>(slotCover + (<usize>j << 3)) * (1.0 - t);
    const kept = t + dropped;
    const half: usize = (1 << j) << 3;
    if (j == 0) {
      store<f64>(products, w * kept, 8);
      store<f64>(products, w * dropped);
      continue;
    }
    const keptPair = f64x2.splat(kept);
    const droppedPair = f64x2.splat(dropped);
    for (let p = products, end = products + half; p < end; p += 16) {
      const e = v128.load(p);
      v128.store(p + half, f64x2.mul(e, keptPair));
      v128.store(p, f64x2.mul(e, droppedPair));
    }
  }
}

/** The same from the weights of the background's patterns. */
function fromBackground(d: i32, t: f64, w: f64, masses: usize): void {
  const size: usize = (1 << d) << 3;
  for (let i: usize = 0; i < size; i += 8) store<f64>(products + i, w * load<f64>(masses + i));
  for (let j = 0; j < d; j++) {
    const half: usize = (1 << j) << 3;
    for (let block = products, end = products + size; block < end; block += half + half) {
      if (j == 0) {
        const absent = load<f64>(block);
        const met = load<f64>(block, 8);
        store<f64>(block, (1.0 - t) * met);
        store<f64>(block, t * absent + met, 8);
        continue;
      }
      const tPair = f64x2.splat(t);
      const restPair = f64x2.splat(1.0 - t);
      for (let p = block, stop = block + half; p < stop; p += 16) {
        const absent = v128.load(p);
        const met = v128.load(p + half);
        v128.store(p, f64x2.mul(restPair, met));
        v128.store(p + half, f64x2.add(f64x2.mul(tPair, absent), met));
      }
    }
  }
}

/** sums[pattern] += (or =, for the first node) factor * product[pattern] */
@inline function accumulate(sums: usize, factor: f64, size: usize, first: bool): void {
  const pair = f64x2.splat(factor);
  if (first) for (let i: usize = 0; i < size; i += 16) v128.store(sums + i, f64x2.mul(v128.load(products + i), pair));
  else for (let i: usize = 0; i < size; i += 16) v128.store(sums + i, f64x2.add(v128.load(sums + i), f64x2.mul(v128.load(products + i), pair)));
}

/** @param masses - f64 [2^d] of the background's patterns, or 0 for covers */
export function sumLeaf(d: i32, masses: usize, pairs: bool): void {
  const order = isBanzhaf ? 1 : max(1, (d + 1) >> 1);
  const rule = rules + (<usize>(order - 1) << 7);
  const size: usize = (1 << d) << 3;
  for (let m = 0; m < order; m++) {
    const t = load<f64>(rule + (<usize>m << 3));
    const w = load<f64>(rule + (<usize>m << 3), 64);
    if (masses == 0) fromCovers(d, t, w);
    else fromBackground(d, t, w, masses);
    const a = 1.0 / t;
    const b = 1.0 / (1.0 - t);
    const first = m == 0;
    accumulate(sum01, b, size, first);
    accumulate(sum10, a, size, first);
    accumulate(sum11, a * b, size, first);
    if (!pairs) continue;
    accumulate(sum02, b * b, size, first);
    accumulate(sum12, a * b * b, size, first);
    accumulate(sum20, a * a, size, first);
    accumulate(sum21, a * a * b, size, first);
    accumulate(sum22, a * a * b * b, size, first);
  }
}
