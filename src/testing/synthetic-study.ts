/** A large two-class study of random numbers, for speed checks. */
import { createRng } from '#/base/rng';
import { BLOCK_ROWS } from '#/domain/explanation';
import type { StudyId } from '#/domain/ids';
import { FIRST_REVISIONS, type Study } from '#/domain/study';
import type { Column } from '#/domain/table';
import { expit } from '#/domain/units';
import { buildExplanation, featureOf } from '#/testing/build-study';

/** Every fifth column is categorical; float32 columns, values and predictions. */
export function syntheticStudy(nRows: number, nFeatures: number, seed = 1): Study {
  const rng = createRng(seed);
  const columns = Array.from({ length: nFeatures }, (_, f): Column => {
    const name = `f${f}`;
    if (f % 5 === 4) {
      const labels = ['a', 'b', 'c', 'd', 'e'];
      return { kind: 'categorical', name, role: 'feature', codes: Int32Array.from({ length: nRows }, () => rng.below(5)), labels };
    }
    return {
      kind: 'numeric',
      name,
      role: 'feature',
      integer: false,
      values: Float32Array.from({ length: nRows }, () => rng.next() + rng.next()),
    };
  });
  const phi = Array.from({ length: Math.ceil(nRows / BLOCK_ROWS) }, (_, b) => {
    const block = new Float32Array(Math.min(BLOCK_ROWS, nRows - b * BLOCK_ROWS) * nFeatures);
    for (let i = 0; i < block.length; i++) block[i] = (rng.next() + rng.next() - 1) / (1 + (i % nFeatures));
    return block;
  });
  const explanation = buildExplanation(
    columns.map((column, f) => featureOf(column, f)),
    Int32Array.from({ length: nRows }, (_, i) => i),
    null,
    { local: [phi], nOutputs: 1, baseValues: Float64Array.of(0) },
  );
  return {
    id: 'synthetic' as StudyId,
    name: 'synthetic',
    description: '',
    notes: '',
    table: { name: 'synthetic', nRows, columns },
    target: { kind: 'class', column: null, classes: Int32Array.from({ length: nRows }, () => rng.below(2)) },
    outputs: { task: 'binary', targetName: 'y', classLabels: ['no', 'yes'] },
    model: null,
    predictions: {
      space: 'probability',
      values: [Float32Array.from({ length: nRows }, () => expit(4 * rng.next() - 2))],
      classes: null,
      source: 'file',
    },
    explanations: [explanation],
    points: [],
    findings: [],
    revisions: FIRST_REVISIONS,
  };
}
