/** What a change of the output costs: global + summary + dependence plot of 100,000 rows x 50 features, and rasters of 1,000,000 rows. */
import { bench, describe } from 'vitest';
import type { OutputChoice } from '#/domain/outputs';
import type { Study } from '#/domain/study';
import { questions } from '#/queries/catalogue';
import { syntheticStudy } from '#/testing/synthetic-study';

/** The same study under new wrappers: nothing derived from it is remembered. */
function forget(study: Study): Study {
  return { ...study, explanations: study.explanations.map((explanation) => ({ ...explanation })) };
}

function showOutput(study: Study, output: OutputChoice): void {
  const scope = { explanation: study.explanations[0]!.id, output };
  questions['global-importance'].answer(study, { scope, sort: { kind: 'total' } });
  questions['summary-importance'].answer(study, { scope, topK: 8, chart: 'swarm', colour: 'value', group: 'none' });
  questions.plot.answer(study, {
    scope,
    x: { ref: { kind: 'column', column: 0 } },
    y: { ref: { kind: 'importance', feature: 0 } },
    colour: { kind: 'column', column: 1 },
    extent: null,
  });
}

const options = { time: 1500, warmupIterations: 3 };

describe('output change at 100,000 x 50', () => {
  const study = syntheticStudy(100_000, 50);
  let flip = 0;
  bench('first look at an explanation', () => showOutput(forget(study), { kind: 'class', classIndex: 1 }), options);
  bench('to the other class', () => showOutput(study, { kind: 'class', classIndex: flip++ % 2 }), options);
  bench(
    'to the predicted class and back',
    () => showOutput(study, flip++ % 2 === 0 ? { kind: 'predicted' } : { kind: 'class', classIndex: 1 }),
    options,
  );
});

describe('1,000,000 rows', () => {
  const study = syntheticStudy(1_000_000, 6);
  const scope = { explanation: study.explanations[0]!.id, output: { kind: 'class', classIndex: 1 } } as const;
  const column = (position: number) => ({ kind: 'column', column: position }) as const;
  bench(
    'raster of two columns',
    () => {
      questions.plot.answer(study, { scope, x: { ref: column(0) }, y: { ref: column(1) }, colour: column(2), extent: null });
    },
    options,
  );
  bench(
    'raster of an importance, coloured by class',
    () => {
      questions.plot.answer(study, {
        scope,
        x: { ref: column(0) },
        y: { ref: { kind: 'importance', feature: 0 } },
        colour: { kind: 'predicted' },
        extent: null,
      });
    },
    options,
  );
  bench(
    'swarm of 6 features',
    () => {
      questions['summary-importance'].answer(study, { scope, topK: 6, chart: 'swarm', colour: 'value', group: 'none' });
    },
    options,
  );
});
