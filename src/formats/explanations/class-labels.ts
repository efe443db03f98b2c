/** What the classes are called, and which class a value in a list of labels means. */
import type { Finding } from '#/domain/study';
import { scalarText } from '#/formats/json-shape';
import { finding } from '#/formats/explanations/raw-explanation';

export function settleClassNames(
  given: readonly string[] | null,
  nClasses: number,
  lists: readonly (readonly unknown[] | null)[],
): { readonly names: readonly string[]; readonly findings: readonly Finding[] } {
  if (given?.length === nClasses) return { names: given, findings: [] };
  const texts = new Set<string>();
  for (const list of lists) for (const value of list ?? []) if (typeof value === 'string') texts.add(value);
  if (given === null && texts.size === nClasses) {
    const names = [...texts].sort();
    return {
      names,
      findings: [
        finding(
          'info',
          'class-names-from-labels',
          `The file does not name its classes; they were taken from the labels in alphabetical order: ${names.join(', ')}.`,
        ),
      ],
    };
  }
  const names = Array.from({ length: nClasses }, (_, i) => `Class ${i}`);
  const message =
    given === null || given.length === 0
      ? 'The file does not name its classes, so they are numbered.'
      : `The file names ${given.length} classes where there are ${nClasses}, so they are numbered.`;
  return { names, findings: [finding('warning', 'class-names-missing', message)] };
}

/**
 * Labels or indices as class indices.
 * @param agree - how well indices fit what is known otherwise (the predicted class), for numbers that could be both
 * @returns class index by row, -1 where it means no class; `byLabel` when the values were labels
 */
export function toClassIndices(
  values: readonly unknown[],
  names: readonly string[],
  agree?: (indices: Int32Array) => number,
): { readonly classes: Int32Array; readonly byLabel: boolean; readonly unknown: number } {
  const positions = new Map(names.map((name, i) => [name.trim(), i]));
  const asLabels = Int32Array.from(values, (value) => {
    const text = scalarText(value);
    if (text === null) return -1;
    return positions.get(text.trim()) ?? (typeof value === 'boolean' ? (positions.get(String(value)) ?? -1) : -1);
  });
  const asIndices = Int32Array.from(values, (value) => {
    if (typeof value === 'boolean') return names.length === 2 ? Number(value) : -1;
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < names.length ? value : -1;
  });
  const known = (indices: Int32Array): number => indices.reduce((count, index) => count + (index >= 0 ? 1 : 0), 0);
  const labels = known(asLabels);
  const indices = known(asIndices);
  const preferLabels = labels === indices && agree !== undefined ? agree(asLabels) > agree(asIndices) : labels > indices;
  const classes = preferLabels ? asLabels : asIndices;
  const present = values.filter((value) => scalarText(value) !== null).length;
  return { classes, byLabel: preferLabels, unknown: present - Math.max(labels, indices) };
}
