/** Names of the views: in the rail, as headings, and where there is little room. */
export const viewsText = {
  overview: { name: 'Overview', shortName: 'Overview' },
  data: { name: 'Data Exploration', shortName: 'Data' },
  global: { name: 'Global Importance', shortName: 'Global' },
  explore: { name: 'Explanation Exploration', shortName: 'Explore' },
  summary: { name: 'Summary Importance', shortName: 'Summary' },
  interactions: { name: 'Interactions', shortName: 'Pairs' },
  rules: { name: 'Anchor Rules', shortName: 'Rules' },
  layers: { name: 'Layers', shortName: 'Layers' },
  surrogate: { name: 'Surrogate', shortName: 'Surrogate' },
} as const;

/** The views of the selected row. */
export const rowViewNames = { local: 'Local Importance', whatIf: 'Perturbation Exploration', ice: 'ICE', anchors: 'Anchors' } as const;

/** Headings of the views and stems of the files that are downloaded. */
export const viewNames = {
  data: viewsText.data.name,
  global: viewsText.global.name,
  explore: viewsText.explore.name,
  summary: viewsText.summary.name,
  interactions: viewsText.interactions.name,
  rules: viewsText.rules.name,
  layers: viewsText.layers.name,
  surrogate: viewsText.surrogate.name,
  ...rowViewNames,
} as const;
