/** A surrogate as typed-array entries, bit by bit: its trees or its coefficients. */
import type { LinearModel } from '#/domain/linear-model';
import type { Surrogate } from '#/domain/surrogate';
import { COMPARISONS, type TreeEnsemble, type TreeModel } from '#/domain/tree-model';
import { inconsistent } from '#/formats/format-errors';
import type { AddEntry } from '#/formats/study/add-entry';
import { describeSources, sourcesFrom } from '#/formats/study/column-sources';
import type { EntryReader } from '#/formats/study/entry-reader';
import type { ManifestLinear, ManifestSurrogate, ManifestTrees } from '#/formats/study/manifest-parts';

export function describeSurrogate(surrogate: Surrogate, folder: string, add: AddEntry): ManifestSurrogate {
  const { kind, fidelity, trainedOn, trees, linear } = surrogate;
  return {
    kind,
    // JSON has no NaN: the agreement on rows of one value is not defined.
    fidelity: { ...fidelity, value: Number.isFinite(fidelity.value) ? fidelity.value : null },
    trainedOn,
    trees: trees === null ? null : describeTrees(trees, folder, add),
    linear: linear === null ? null : describeLinear(linear, folder, add),
  };
}

function describeTrees({ ensemble, sources, link, sumSpace, importances }: TreeModel, folder: string, add: AddEntry): ManifestTrees {
  const described = describeSources(sources);
  const put = (name: string, values: Int32Array | Float64Array | Uint8Array, shape?: readonly number[]): string =>
    add(`${folder}/${name}.npy`, values, shape);
  const starts = new Int32Array(ensemble.categorySets.length + 1);
  ensemble.categorySets.forEach((set, i) => (starts[i + 1] = starts[i]! + set.length));
  const words = new Int32Array(starts.at(-1)!);
  ensemble.categorySets.forEach((set, i) => words.set(new Int32Array(set.buffer, set.byteOffset, set.length), starts[i]));
  const nLeaves = ensemble.leafValues.length / ensemble.nOutputs;
  return {
    sources: described.sources,
    numbers: put('steps', described.numbers),
    link,
    sumSpace,
    nTrees: ensemble.roots.length,
    nNodes: ensemble.feature.length,
    nLeaves,
    float32: ensemble.float32,
    arrays: {
      roots: put('roots', ensemble.roots),
      feature: put('feature', ensemble.feature),
      threshold: put('threshold', ensemble.threshold),
      comparison: put('comparison', ensemble.comparison),
      yes: put('yes', ensemble.yes),
      no: put('no', ensemble.no),
      missingYes: put('missing-yes', ensemble.missingYes),
      leaf: put('leaf', ensemble.leaf),
      leafValues: put('leaf-values', ensemble.leafValues, [nLeaves, ensemble.nOutputs]),
      base: put('base', ensemble.base),
      cover: ensemble.cover === null ? null : put('cover', ensemble.cover),
      categoryWords: put('category-words', words),
      categoryStarts: put('category-starts', starts),
    },
    ...(importances === undefined
      ? {}
      : { importances: importances.map(({ meaning, values }, i) => ({ meaning, entry: put(`importance-${i}`, values) })) }),
  };
}

function describeLinear(
  { coefficients, intercepts, nOutputs, sources, link, sumSpace }: LinearModel,
  folder: string,
  add: AddEntry,
): ManifestLinear {
  const described = describeSources(sources);
  return {
    sources: described.sources,
    numbers: add(`${folder}/steps.npy`, described.numbers),
    link,
    sumSpace,
    coefficients: add(`${folder}/coefficients.npy`, coefficients, [nOutputs, sources.length]),
    intercepts: add(`${folder}/intercepts.npy`, intercepts),
  };
}

/** @throws LimpidError `UnreadableFile` | `InconsistentData` naming the entry, also for trees that are no trees */
export function readSurrogate(described: ManifestSurrogate, nFeatures: number, nOutputs: number, reader: EntryReader): Surrogate {
  const { kind, fidelity, trainedOn, trees, linear } = described;
  if ((trees === null) === (linear === null))
    throw inconsistent('A surrogate has either trees or coefficients.', { file: reader.file, at: 'manifest.json, surrogate' });
  return {
    kind,
    fidelity: { ...fidelity, value: fidelity.value ?? NaN },
    trainedOn,
    trees: trees === null ? null : readTrees(trees, nFeatures, nOutputs, reader),
    linear: linear === null ? null : readLinear(linear, nFeatures, nOutputs, reader),
  };
}

function readLinear(described: ManifestLinear, nFeatures: number, nOutputs: number, reader: EntryReader): LinearModel {
  const sources = sourcesFrom(described, nFeatures, reader);
  return {
    coefficients: reader.array(described.coefficients, [nOutputs, sources.length], Float64Array),
    intercepts: reader.array(described.intercepts, [nOutputs], Float64Array),
    nOutputs,
    sources,
    link: described.link,
    sumSpace: described.sumSpace,
  };
}

function readTrees(described: ManifestTrees, nFeatures: number, nOutputs: number, reader: EntryReader): TreeModel {
  const { arrays, nTrees, nNodes, nLeaves, float32, importances, link, sumSpace } = described;
  const sources = sourcesFrom(described, nFeatures, reader);
  const categorySets = readCategorySets(arrays, reader);
  const ensemble: TreeEnsemble = {
    roots: reader.array(arrays.roots, [nTrees], Int32Array),
    feature: reader.array(arrays.feature, [nNodes], Int32Array),
    threshold: reader.array(arrays.threshold, [nNodes], Float64Array),
    comparison: reader.array(arrays.comparison, [nNodes], Uint8Array),
    yes: reader.array(arrays.yes, [nNodes], Int32Array),
    no: reader.array(arrays.no, [nNodes], Int32Array),
    missingYes: reader.array(arrays.missingYes, [nNodes], Uint8Array),
    leaf: reader.array(arrays.leaf, [nNodes], Int32Array),
    leafValues: reader.array(arrays.leafValues, [nLeaves, nOutputs], Float64Array),
    base: reader.array(arrays.base, [nOutputs], Float64Array),
    nOutputs,
    nFeatures: sources.length,
    cover: arrays.cover === null ? null : reader.array(arrays.cover, [nNodes], Float64Array),
    float32,
    categorySets,
  };
  reader.checkRange(arrays.roots, ensemble.roots, 0, nNodes);
  reader.checkRange(arrays.feature, ensemble.feature, -1, sources.length);
  reader.checkRange(arrays.comparison, ensemble.comparison, 0, COMPARISONS.length);
  checkTrees(ensemble, nLeaves, described, reader);
  return {
    ensemble,
    sources,
    link,
    sumSpace,
    ...(importances === undefined
      ? {}
      : { importances: importances.map(({ meaning, entry }) => ({ meaning, values: reader.array(entry, [nFeatures], Float64Array) })) }),
  };
}

function readCategorySets({ categoryWords, categoryStarts }: ManifestTrees['arrays'], reader: EntryReader): readonly Uint32Array[] {
  const words = reader.list(categoryWords, Int32Array);
  const starts = reader.list(categoryStarts, Int32Array);
  reader.checkRange(categoryStarts, starts, 0, words.length + 1);
  return Array.from({ length: Math.max(0, starts.length - 1) }, (_, i) => new Uint32Array(words.slice(starts[i], starts[i + 1]).buffer));
}

/** Each node belongs to one tree at most, and everything it names exists: walks end, and stay inside of the arrays. */
function checkTrees(ensemble: TreeEnsemble, nLeaves: number, { arrays, nNodes }: ManifestTrees, reader: EntryReader): void {
  const wrong = (entry: string, node: number): never => {
    throw inconsistent(`The entry ${entry} does not hold trees: node ${node} leads nowhere.`, reader.place(entry));
  };
  const seen = new Uint8Array(nNodes);
  const open = [...ensemble.roots];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!(node >= 0 && node < nNodes) || seen[node] === 1) wrong(arrays.yes, node);
    seen[node] = 1;
    if (ensemble.feature[node] === -1) {
      const leaf = ensemble.leaf[node]!;
      if (leaf < 0 || leaf >= nLeaves) wrong(arrays.leaf, node);
      continue;
    }
    const isSet = COMPARISONS[ensemble.comparison[node]!] === 'in';
    if (isSet && ensemble.categorySets[ensemble.threshold[node]!] === undefined) wrong(arrays.threshold, node);
    open.push(ensemble.yes[node]!, ensemble.no[node]!);
  }
}
