import { plural } from '#/text/format';
import { formatNumber } from '#/text/numbers';

export const treePathText = {
  title: 'Path through the trees',
  help: 'Each tree asks its questions and adds the number of the leaf where the row ends. All leaves and the base make the prediction.',
  tree: 'Tree',
  treeOption: (tree: number, value: number, unit: string) => `tree ${tree + 1}: adds ${formatNumber(value)} ${unit}`,
  strongest: 'trees, those that add most first',
  yes: 'yes',
  no: 'no',
  missing: 'missing',
  ends: (value: number, unit: string, cover: number) =>
    Number.isNaN(cover) || cover <= 0
      ? `ends in a leaf of ${formatNumber(value)} ${unit}`
      : `ends in a leaf of ${formatNumber(value)} ${unit}, with ${formatNumber(cover)} training weight`,
  noSplit: 'This tree is a single leaf.',
  loading: 'Following the row …',
  trees: (n: number) => plural(n, 'tree'),
};
