import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { ModelProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { isLimpidError, type LimpidError } from '#/base/errors';
import { buildOnnx, node, port, sequencePort, tensor, treeAttributes, type ModelParts } from '#/testing/build-onnx';
import { readBytes, readModelGolden } from '#/testing/model-golden';
import { readModel } from './read-model';
import { readTreeModel } from './read-tree-model';
import { readAsLogit } from './resolve-space';

const golden = fileURLToPath(new URL('../formats/models/golden', import.meta.url));
const cases = readdirSync(golden).filter((name) => existsSync(join(golden, name, 'model.onnx')));

const read = (parts: ModelParts) => readModel(buildOnnx(parts), 'm.onnx');
const codes = (model: ReturnType<typeof readModel>) => model.findings.map((finding) => finding.code);

function refusal(run: () => unknown): LimpidError {
  try {
    run();
  } catch (error) {
    if (isLimpidError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const X = port('X', 'float', [null, 2]);
const stump = treeAttributes([{ feature: 0, value: 0, yes: { leaf: { 0: 0.25, 1: 0.75 } }, no: { leaf: { 0: 1 } } }], 'class');

describe('readModel on goldens', () => {
  it.each(cases)('%s', (name) => {
    const expected = readModelGolden(join(golden, name));
    const bytes = readBytes(join(golden, name, 'model.onnx'));
    const before = bytes.slice();
    const model = readModel(bytes, 'model.onnx');
    expect(bytes).toEqual(before);
    const types = model.signature.inputs.map((input) => ({
      name: input.name,
      type: `tensor(${input.type})`,
      shape: input.rank === 1 ? [null] : [null, input.width],
    }));
    expect(types).toEqual(expected.inputs);
    expect(model.signature.outputs.label).toBe(expected.outputs.label);
    expect(model.signature.outputs.scores).toBe(expected.outputs.scores);
    expect(model.signature.outputs.scoreWidth).toBe(expected.outputs.scoreWidth);
    // One number without a label is a value until a table says otherwise; what else it can be is known.
    expect(model.taskOpen).toBe(name === 'g-one-logit' || name === 'b-double-tensor');
    if (model.taskOpen) expect(model.signature).toMatchObject({ task: 'regression', outputs: { space: 'value', classLabels: [] } });
    const signature = model.taskOpen && expected.task === 'binary' ? readAsLogit(model.signature) : model.signature;
    expect(signature.task).toBe(expected.task);
    expect(signature.outputs.space).toBe(expected.space);
    expect(signature.outputs.classLabels).toEqual(expected.classLabels.map(String));
  });

  it('takes the ZipMap out and keeps the name of its output', () => {
    const model = readModel(readBytes(join(golden, 'e-zipmap', 'model.onnx')), 'm');
    expect(codes(model)).toContain('zipmap-removed');
    const graph = fromBinary(ModelProtoSchema, model.bytes).graph!;
    expect(graph.node.map((n) => n.opType)).not.toContain('ZipMap');
    expect(graph.output.map((output) => [output.name, output.type?.value.case])).toEqual([
      ['output_label', 'tensorType'],
      ['output_probability', 'tensorType'],
    ]);
    expect(readModel(model.bytes, 'm').bytes).toBe(model.bytes);
  });

  it.each([
    ['x-empty.onnx', 'UnreadableFile'],
    ['x-truncated.onnx', 'UnreadableFile'],
    ['x-map-input.onnx', 'UnsupportedModel'],
    ['x-unknown-operator.onnx', 'UnsupportedModel'],
  ])('refuses %s as %s and says what to do', (name, tag) => {
    const error = refusal(() => readModel(readBytes(join(golden, 'refused', name)), name));
    expect(error.tag).toBe(tag);
    expect(error.hint).toBeTruthy();
    expect(error.place?.file).toBe(name);
    if (tag === 'UnsupportedModel') expect(error.code).toContain('model.onnx');
  });
});

describe('inputs', () => {
  const gemm = (input: ModelParts['inputs'][number]): ModelParts => ({
    inputs: [input],
    constants: [tensor('w', 'float', [2, 1], [1, 2])],
    nodes: [node('MatMul', 'X,w', 'y')],
    outputs: [port('y', 'float', [null, 1])],
  });

  it('opens a fixed number of rows', () => {
    const model = read(gemm(port('X', 'float', [1, 2])));
    expect(codes(model)).toEqual(['batch-opened']);
    const dims = fromBinary(ModelProtoSchema, model.bytes).graph!.input[0]!.type!.value;
    expect(dims.case === 'tensorType' && dims.value.shape?.dim[0]?.value.case).toBe('dimParam');
  });

  it('ignores initializers that are listed as inputs', () => {
    const parts = gemm(X);
    expect(read({ ...parts, inputs: [...parts.inputs, port('w', 'float', [2, 1])] }).signature.inputs).toHaveLength(1);
  });

  it.each([
    ['three dimensions', port('X', 'float', [null, 4, 2])],
    ['half precision', port('X', 'float16', [null, 2])],
    ['a sequence', sequencePort('X')],
  ])('refuses %s with Python lines', (_, input) => {
    const error = refusal(() => read(gemm(input)));
    expect(error.tag).toBe('UnsupportedModel');
    expect(error.code).toBeTruthy();
    expect(error.place?.at).toBe('input X');
  });
});

describe('outputs', () => {
  it('reads what the last layer says', () => {
    const net = (last: ReturnType<typeof node>[], width: number) =>
      read({
        inputs: [X],
        constants: [tensor('w', 'float', [2, width], new Array<number>(2 * width).fill(1))],
        nodes: [node('MatMul', 'X,w', 'z'), ...last],
        outputs: [port('out', 'float', [null, width])],
      });
    const facts = (model: ReturnType<typeof readModel>) => [model.signature.task, model.signature.outputs.space];
    expect(facts(net([node('Identity', 'z', 'out')], 1))).toEqual(['regression', 'value']);
    expect(facts(net([node('Sigmoid', 'z', 'out')], 1))).toEqual(['binary', 'probability']);
    expect(facts(net([node('Identity', 'z', 'out')], 3))).toEqual(['multiclass', 'logit']);
    expect(facts(net([node('Softmax', 'z', 'out')], 2))).toEqual(['binary', 'probability']);
    expect(facts(net([node('LogSoftmax', 'z', 'out')], 3))).toEqual(['multiclass', 'logit']);
    expect(codes(net([node('Identity', 'z', 'out')], 3))).toContain('logits-guessed');
  });

  it('leaves the task open where a linear layer gives one number, and nowhere else', () => {
    const taskOpen = (...last: ReturnType<typeof node>[]) =>
      read({
        inputs: [X],
        constants: [
          tensor('w', 'float', [2, 1], [1, -1]),
          tensor('b', 'float', [1], [0.5]),
          tensor('one', 'float', [1], [1]),
          tensor('axis', 'int64', [1], [1]),
        ],
        nodes: [node('MatMul', 'X,w', 'z'), ...last],
        outputs: [port('out', 'float', [null, 1])],
      }).taskOpen;
    expect(taskOpen(node('Add', 'b,z', 'out'))).toBe(true);
    expect(taskOpen(node('Add', 'z,b', 's'), node('Mul', 's,one', 'm'), node('Squeeze', 'm,axis', 'out'))).toBe(true);
    expect(taskOpen(node('Add', 'z,b', 's'), node('Sigmoid', 's', 'out'))).toBe(false);
    expect(taskOpen(node('Relu', 'z', 'out'))).toBe(false);
    expect(taskOpen(node('Sigmoid', 'z', 'p'), node('Mul', 'z,p', 'out'))).toBe(false);
    expect(taskOpen(node('Neg', 'z', 'n'), node('Exp', 'n', 'e'), node('Add', 'e,one', 'd'), node('Div', 'one,d', 'out'))).toBe(false);
    const doubled = Array.from({ length: 60 }, (_, i) => node('Add', `${i === 0 ? 'r' : `d${i}`},${i === 0 ? 'r' : `d${i}`}`, `d${i + 1}`));
    expect(taskOpen(node('Relu', 'z', 'r'), ...doubled, node('Identity', 'd60', 'out'))).toBe(false);
  });

  it('tells forests from margins among classifiers without a transform', () => {
    const space = (attributes: ReturnType<typeof treeAttributes>) =>
      read({
        inputs: [X],
        nodes: [node('TreeEnsembleClassifier', 'X', 'l,p', { ...attributes, classlabels_strings: { texts: ['no', 'yes'] } })],
        outputs: [port('l', 'string', [null]), port('p', 'float', [null, 2])],
      }).signature.outputs;
    expect(space(stump)).toMatchObject({ space: 'probability', classLabels: ['no', 'yes'] });
    expect(space(treeAttributes([{ feature: 0, value: 0, yes: { leaf: { 0: -3 } }, no: { leaf: { 0: 3 } } }], 'class')).space).toBe(
      'score',
    );
  });

  it('maps classes through a label encoder', () => {
    const model = read({
      inputs: [X],
      nodes: [
        node('TreeEnsembleClassifier', 'X', 'code,scores', { ...stump, classlabels_int64s: { ints: [0, 1] } }),
        node('LabelEncoder', 'code', 'label', { keys_int64s: { ints: [1, 0] }, values_strings: { texts: ['good', 'bad'] } }),
      ],
      outputs: [port('label', 'string', [null])],
    });
    expect(model.signature.outputs).toMatchObject({ label: 'label', scores: null, space: 'label only', classLabels: ['bad', 'good'] });
  });

  it('drops outputs that no browser can read', () => {
    const model = read({
      inputs: [X],
      nodes: [
        node('TreeEnsembleClassifier', 'X', 'l,p', { ...stump, classlabels_int64s: { ints: [0, 1] } }),
        node('SequenceConstruct', 'p', 'list'),
      ],
      outputs: [port('l', 'int64', [null]), port('p', 'float', [null, 2]), sequencePort('list')],
    });
    expect(codes(model)).toEqual(['output-dropped']);
    expect(fromBinary(ModelProtoSchema, model.bytes).graph!.node).toHaveLength(1);
  });

  it('refuses several targets', () => {
    const attributes = {
      ...treeAttributes([{ feature: 0, value: 0, yes: { leaf: { 0: 1, 1: 2 } }, no: { leaf: { 0: 3 } } }], 'target'),
      n_targets: 2,
    };
    const error = refusal(() =>
      read({ inputs: [X], nodes: [node('TreeEnsembleRegressor', 'X', 'y', attributes)], outputs: [port('y', 'float', [null, 2])] }),
    );
    expect(error).toMatchObject({ tag: 'UnsupportedModel', place: { at: 'output y' } });
    expect(error.message).toContain('2 values at once');
  });

  it('refuses labels without known classes', () => {
    const error = refusal(() =>
      read({ inputs: [X], nodes: [node('ArgMax', 'X', 'l', { axis: 1 })], outputs: [port('l', 'int64', [null, 1])] }),
    );
    expect(error.tag).toBe('UnsupportedModel');
  });
});

describe('the file', () => {
  it('refuses weights kept elsewhere', () => {
    const bytes = buildOnnx({
      inputs: [X],
      constants: [tensor('w', 'float', [2, 1], [1, 2])],
      nodes: [node('MatMul', 'X,w', 'y')],
      outputs: [port('y', 'float', [null, 1])],
    });
    const model = fromBinary(ModelProtoSchema, bytes);
    const weights = model.graph!.initializer[0]!;
    weights.dataLocation = TensorProto_DataLocation.EXTERNAL;
    weights.externalData = [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'weights.bin' }];
    const error = refusal(() => readModel(new Uint8Array(toBinary(ModelProtoSchema, model)), 'm.onnx'));
    expect(error.message).toContain('weights.bin');
    expect(error.code).toContain('save_as_external_data=False');
  });

  it('refuses a graph that runs in a circle', () => {
    const error = refusal(() =>
      read({ inputs: [X], nodes: [node('Add', 'X,b', 'a'), node('Identity', 'a', 'b')], outputs: [port('b', 'float', [null, 1])] }),
    );
    expect(error.tag).toBe('UnreadableFile');
  });

  it('reads feature names from its metadata', () => {
    const parts: ModelParts = { inputs: [X], nodes: [node('Identity', 'X', 'y')], outputs: [port('y', 'float', [null, 1])] };
    expect(read(parts).featureNames).toBeNull();
    expect(read({ ...parts, metadata: { feature_names: '["age, years","sex"]' } }).featureNames).toEqual(['age, years', 'sex']);
    expect(read({ ...parts, metadata: { feature_names: 'age, sex' } }).featureNames).toEqual(['age', 'sex']);
  });

  it('survives damaged files: a result or a tagged error', () => {
    const originals = cases.map((name) => readBytes(join(golden, name, 'model.onnx')));
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(), { nil: undefined }),
        fc.boolean(),
        (original, changes, cut, early) => {
          const bytes = original.slice(0, cut === undefined ? original.length : cut % original.length);
          // Node and attribute headers lie at the beginning and end of small graphs; weights in between.
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % (early ? Math.min(400, bytes.length) : bytes.length)] = value;
          try {
            const model = readModel(bytes, 'm');
            const outputs = { task: 'binary', targetName: 'y', classLabels: ['0', '1'] } as const;
            const width = model.signature.inputs.reduce((sum, input) => sum + (input.width ?? 1), 0);
            if (width > 1000) return;
            const features = Array.from({ length: width }, (_, index) => ({
              name: String(index),
              kind: 'numeric' as const,
              integer: false,
              labels: [],
              missingText: '',
              column: null,
            }));
            let next = 0;
            const bindings = model.signature.inputs.map((input) => ({
              input: input.name,
              features: Array.from({ length: input.width ?? 1 }, () => next++),
            }));
            readTreeModel(model.bytes, features, bindings, model.signature, outputs);
          } catch (error) {
            if (!isLimpidError(error)) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
