import { expect, it } from 'vitest';
import { encodeRows } from '#/domain/encode-rows';
import { completeDraft, makeCard, readDrop } from '#/formats/import-doctor';
import { openWebLane } from '#/testing/web-lane';

const files = import.meta.glob<string>('../formats/models/golden/g-logits/{model.onnx,data.csv}', {
  query: '?url',
  import: 'default',
  eager: true,
});

it('a compute worker asks for a GPU, says what runs the model and why, and does without one', async () => {
  const parts = await Promise.all(
    ['model.onnx', 'data.csv'].map(async (path) => ({
      path,
      bytes: new Uint8Array(await (await fetch(files[`../formats/models/golden/g-logits/${path}`]!)).arrayBuffer()),
    })),
  );
  const draft = await readDrop(parts);
  const { model, table } = completeDraft(draft, makeCard(draft).choices);
  const probe = encodeRows(table, model!.features, Int32Array.of(0, 1, 2, 3));
  const lane = await openWebLane();
  const installed = await lane.run({ kind: 'install model', key: 'net', asset: model!, probe });
  expect(installed.kind === 'model' ? installed.facts.provider : null).toEqual({
    name: 'wasm',
    reason: 'The only GPU is simulated by the processor.',
    speedup: null,
  });
  const predicted = await lane.run({ kind: 'predict', model: 'net', rows: probe });
  expect(predicted.kind === 'predictions' ? predicted.values.length : 0).toBe(12);
  await lane.dispose();
});
