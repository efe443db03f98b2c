export const interactionsText = {
  shown: 'Features',
  feature: 'Feature',
  first: 'First feature',
  second: 'Second feature',
  strength: 'mean |interaction|',
  mean: 'mean interaction',
  pair: (first: string, second: string) => `${first} × ${second}`,
  mainEffect: (name: string) => `${name} alone`,
  none: 'No pair of features acts together: every effect adds up.',
  sentence: (first: string, second: string, strength: string, unit: string) =>
    `${first} and ${second} act together most: on average ${strength} ${unit} beyond what each does alone.`,
  missing: 'This explanation has no interaction values.',
  missingHint: 'Tree SHAP (path-dependent) computes them for tree ensembles.',
  notTrees: 'Interaction values are computed for tree ensembles.',
  show: (name: string) => `Show those of ${name}`,
  compute: 'Compute interactions',
  clickHint: 'Click a cell to see how the two features act together, row by row.',
  plotOf: (first: string, second: string) => `How ${first} and ${second} act together`,
  mainOf: (name: string) => `What ${name} does alone`,
  close: 'Close the plot',
  help: {
    term: 'interaction value',
    words:
      'The part of a prediction that two features make only together. Both halves of a pair are added here; the diagonal is what is left of a feature without its partners.',
    formula: 'φᵢ = φᵢᵢ + Σⱼ φᵢⱼ,  pair = φᵢⱼ + φⱼᵢ',
  },
};
