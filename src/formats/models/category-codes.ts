/** How a model numbers the categories of a slot, and which number a table's label has. Plain data: it crosses workers. */
import { categoryHash } from '#/formats/models/city-hash';

export type CategoryCodes =
  /** A label's code is its position. */
  | { readonly kind: 'labels'; readonly labels: readonly string[] }
  /** A label's code is the position of its CatBoost hash; labels that the model never tests have none. */
  | { readonly kind: 'hashes'; readonly hashes: readonly number[] };

/** Numbers as they may be written: `1`, `1.0` and `01` are the same category of a column that held numbers. */
function numberOf(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' ? NaN : Number(trimmed);
}

/** By label: the model's code, null where the model does not know it. Exact text first, then equal numbers, then equal but for case. */
export function codesOfLabels(codes: CategoryCodes, labels: readonly string[]): readonly (number | null)[] {
  if (codes.kind === 'hashes') {
    return labels.map((label) => {
      const at = codes.hashes.indexOf(categoryHash(label));
      return at < 0 ? null : at;
    });
  }
  const exact = new Map<string, number>();
  const byNumber = new Map<number, number>();
  const byCase = new Map<string, number>();
  for (const [code, label] of codes.labels.entries()) {
    if (!exact.has(label)) exact.set(label, code);
    const number = numberOf(label);
    if (!Number.isNaN(number) && !byNumber.has(number)) byNumber.set(number, code);
    const plain = label.trim().toLowerCase();
    if (!byCase.has(plain)) byCase.set(plain, code);
  }
  return labels.map((label) => exact.get(label) ?? byNumber.get(numberOf(label)) ?? byCase.get(label.trim().toLowerCase()) ?? null);
}
