import type { LocalFeature } from '#/queries/local-importance';
import type { FeatureProfile } from '#/queries/profiles';
import { formatSigned } from '#/text/numbers';

/**
 * Model features by the row's local importance, the largest first; features that the explanation does not have keep their
 * order at the end. Model and explanation are matched by table column, else by name.
 * @param important - the explanation's features, largest first
 * @param columns - table column of each feature of the explanation
 */
export function sortByImportance(
  profiles: readonly FeatureProfile[],
  important: readonly LocalFeature[],
  columns: readonly (number | null)[],
): readonly { readonly feature: number; readonly hint: string }[] {
  const ranked = important.flatMap((one) => {
    const column = columns[one.feature] ?? null;
    const profile = profiles.find(({ schema }) => (column === null ? schema.name === one.name : schema.column === column));
    return profile === undefined ? [] : [{ feature: profile.feature, hint: Number.isNaN(one.phi) ? '' : formatSigned(one.phi) }];
  });
  const seen = new Set(ranked.map(({ feature }) => feature));
  return [...ranked, ...profiles.filter(({ feature }) => !seen.has(feature)).map(({ feature }) => ({ feature, hint: '' }))];
}
