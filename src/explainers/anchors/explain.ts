import { LimpidError } from '#/base/errors';
import { isClassifier } from '#/domain/outputs';
import type { AnchorRule } from '#/domain/anchor-rule';
import { createAnchorSearch, type AnchorSettings } from '#/explainers/anchors/anchor-search';
import { ANCHOR_PARAMETERS } from '#/explainers/anchors/anchor-parameters';
import { decideBy } from '#/explainers/anchors/decide';
import type { ExplainerEnvironment, ExplainSpec, PreparedExplainer } from '#/explainers/explainer';
import { createPacer } from '#/explainers/pacer';
import { numberParameter, type Parameters } from '#/explainers/parameters';

/** Rows of a chunk: about 100 ms on a forest, and results that come in often. */
const CHUNK_ROWS = 8;

export function anchorSettings(parameters: Parameters): AnchorSettings {
  return {
    threshold: numberParameter(parameters, ANCHOR_PARAMETERS.threshold),
    delta: numberParameter(parameters, ANCHOR_PARAMETERS.delta),
    tau: numberParameter(parameters, ANCHOR_PARAMETERS.tau),
    beam: numberParameter(parameters, ANCHOR_PARAMETERS.beam),
    batch: numberParameter(parameters, ANCHOR_PARAMETERS.batch),
    maxPredicates: numberParameter(parameters, ANCHOR_PARAMETERS.maxPredicates),
  };
}

/**
 * Anchor rules of rows (see createAnchorSearch); draws are seeded by the rule, so that a row's
 * rule depends on the spec alone, not on the lane or the rows before it.
 * @throws LimpidError `BadRequest` for regression, without training rows, or for settings out of range
 */
// eslint-disable-next-line @typescript-eslint/require-await -- the contract is async
export async function prepareAnchors(spec: ExplainSpec, environment: ExplainerEnvironment): Promise<PreparedExplainer> {
  if (!isClassifier(environment.outputs)) {
    throw new LimpidError({ tag: 'BadRequest', message: 'Anchors explain decisions between classes, and this model gives a value.' });
  }
  if (spec.training === null) throw new LimpidError({ tag: 'BadRequest', message: 'Anchors need rows to draw neighbours from.' });
  const search = createAnchorSearch(spec.training, environment.features, decideBy(environment), {
    coverageSamples: numberParameter(spec.parameters, ANCHOR_PARAMETERS.coverageSamples),
    seed: spec.seed,
  });
  const settings = anchorSettings(spec.parameters);
  return {
    baseValues: new Float64Array(environment.predictor.nOutputs).fill(NaN),
    space: 'none',
    exact: false,
    additivity: { notAdditive: 'rules do not add up to predictions' },
    chunkRows: CHUNK_ROWS,
    async explain(rows, _rowIds, signal) {
      const pacer = createPacer(signal);
      const rules: AnchorRule[] = [];
      for (let i = 0; i < rows.nRows; i++) {
        const row = rows.values.slice(i * rows.nFeatures, (i + 1) * rows.nFeatures);
        rules.push(await search.search(row, settings, signal));
        if (pacer.due()) await pacer.pause();
      }
      return { values: [], standardErrors: null, rules, evaluations: rules.reduce((sum, { evaluations }) => sum + evaluations, 0) };
    },
  };
}
