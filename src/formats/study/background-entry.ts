import type { BackgroundChoice } from '#/domain/background-choice';
import type { AddEntry } from '#/formats/study/add-entry';
import type { EntryReader } from '#/formats/study/entry-reader';
import type { ManifestBackground } from '#/formats/study/manifest-parts';

/** What rows were explained against; rows that are not in the table become an entry. */
export function describeBackground(choice: BackgroundChoice, folder: string, add: AddEntry): ManifestBackground {
  switch (choice.kind) {
    case 'all':
      return { kind: 'all' };
    case 'sample':
    case 'k-means':
      return { kind: choice.kind, count: choice.count };
    case 'rows':
      return { kind: 'rows', rows: [...choice.rows] };
    case 'where':
      return { kind: 'where', filter: choice.filter.kind === 'is' ? { ...choice.filter, codes: [...choice.filter.codes] } : choice.filter };
    case 'given': {
      const { nRows, nFeatures, values } = choice.rows;
      return { kind: 'given', nRows, nFeatures, entry: add(`${folder}/background.npy`, values, [nRows, nFeatures]) };
    }
    default:
      return choice satisfies never;
  }
}

/** @throws LimpidError naming the entry when it is missing or has another shape */
export function backgroundFrom(described: ManifestBackground, reader: EntryReader): BackgroundChoice {
  if (described.kind !== 'given') return described;
  const { nRows, nFeatures, entry } = described;
  return { kind: 'given', rows: { nRows, nFeatures, values: reader.array(entry, [nRows, nFeatures], Float64Array) } };
}
