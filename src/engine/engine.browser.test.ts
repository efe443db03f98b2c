import { describeEngine, type ExpectedFixture, type FixtureReader } from '#/testing/engine-suite';
import { openWebLane } from '#/testing/web-lane';

const files = import.meta.glob<string>('../formats/models/golden/*/{model.onnx,data.csv,expected.json}', {
  query: '?url',
  import: 'default',
  eager: true,
});

const read: FixtureReader = async (id) => {
  const get = async (name: string): Promise<Response> => {
    const url = files[`../formats/models/golden/${id}/${name}`];
    if (url === undefined) throw new Error(`no fixture ${id}/${name}`);
    return fetch(url);
  };
  const bytes = async (name: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await (await get(name)).arrayBuffer());
  return {
    files: [
      { path: 'model.onnx', bytes: await bytes('model.onnx') },
      { path: 'data.csv', bytes: await bytes('data.csv') },
    ],
    expected: (await (await get('expected.json')).json()) as ExpectedFixture,
  };
};

describeEngine('Web Workers', [1, 2, 4], (lanes) => ({ kind: 'web worker', lanes, open: openWebLane }), read);
