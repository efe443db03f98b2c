import type { ModelAsset } from '#/domain/model';
import { bytes, count, percent, plural, short } from '#/text/format';
import { inSentence } from '#/text/labels';

const MODEL_KINDS: Readonly<Record<ModelAsset['kind'], string>> = {
  onnx: 'ONNX',
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  catboost: 'CatBoost',
};

export const overviewText = {
  title: 'Overview',
  sentence: (rows: number, features: number, target: string, model: string | null, explanations: number) => {
    const data = `${plural(rows, 'row')} with ${plural(features, 'feature')}`;
    const predicts = `${model === null ? 'Saved predictions of' : `${inSentence(model)} predicts`} ${inSentence(target)}`;
    const explained =
      explanations === 0 ? 'nothing is explained yet' : `${plural(explanations, 'explanation')} ${explanations === 1 ? 'is' : 'are'} open`;
    return `${predicts} for ${data}; ${explained}.`;
  },
  failed: 'Overview',
  scores: 'How well the model does',
  scoreRows: (n: number) => `on ${plural(n, 'row')}`,
  score: short,
  noScores: 'No score: it needs true values and predictions.',
  classes: 'Classes',
  class: 'Class',
  trueCount: 'True',
  predictedCount: 'Predicted',
  count: (n: number | null) => (n === null ? '–' : count(n)),
  data: 'Data',
  dataFacts: (columns: number, missing: number, cells: number) =>
    missing === 0
      ? `${plural(columns, 'column')}, no missing cells.`
      : `${plural(columns, 'column')}, ${plural(missing, 'missing cell')} (${percent(missing / cells)}).`,
  engineered: (n: number) => `${plural(n, 'column')} that the pipeline made of them`,
  column: 'Column',
  role: 'Role',
  kind: 'Kind',
  missing: 'Missing',
  missingOf: (missing: number, rows: number) => (missing === 0 ? '0' : `${count(missing)} (${percent(missing / rows)})`),
  unique: 'Distinct',
  values: 'Values',
  model: 'Model',
  modelFacts: (name: string, kind: ModelAsset['kind'], features: number, size: number) =>
    `${name}: ${MODEL_KINDS[kind]}, ${plural(features, 'input feature')}, ${bytes(size)}`,
  noModel: 'None is open. With the ONNX file, rows can be edited, curves drawn and new explanations made.',
  explanations: 'Explanations',
  noExplanations: 'None yet.',
  inUse: 'shown',
  show: 'Show',
  remove: (name: string) => `Remove ${name}`,
  state: { running: 'running', complete: '', partial: 'stopped early', failed: 'failed' },
  findings: 'Findings',
  notes: 'Notes',
  points: 'What-if points',
  pointFrom: (row: string) => `from ${row.toLowerCase()}`,
  files: (broken: number, total: number) => `${broken} of ${plural(total, 'file')} did not open`,
  filesShow: 'See why',
  next: 'What next',
  nextSteps: {
    explain: ['Explain the model', 'Which features move each prediction, and by how much.'],
    global: ['See what matters most', 'Every feature by its mean effect.'],
    explore: ['Follow one feature', 'Its values against its effects, and what it interacts with.'],
    summary: ['See all effects at once', 'One swarm a feature: size, direction and spread.'],
    wrong: ['Look at the most wrong row', 'What led the model astray.'],
    row: ['Look at one row', 'Why the model said what it said.'],
    data: ['Look at the data', 'Any column against any other.'],
  },
  changeFailed: 'The change was not made',
} as const;
