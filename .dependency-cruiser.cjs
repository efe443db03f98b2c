/**
 * The import table of ARCHITECTURE.md as data: room -> what it may import.
 * `(types)` entries allow `import type` only.
 */
const rooms = {
  base: [],
  domain: ['base'],
  math: ['base'],
  kernels: ['domain', 'math', 'base'],
  trees: ['domain', 'math', 'base'],
  learners: ['trees', 'domain', 'math', 'base'],
  onnx: ['domain', 'base', 'trees(types)'],
  formats: ['onnx', 'trees', 'domain', 'math', 'base'],
  inference: ['onnx', 'trees', 'kernels', 'domain', 'math', 'base'],
  explainers: ['trees', 'learners', 'kernels', 'domain', 'math', 'base'],
  queries: ['domain', 'math', 'base'],
  storage: ['domain', 'base'],
  engine: ['formats', 'inference', 'explainers', 'queries', 'storage', 'onnx', 'trees', 'domain', 'math', 'base'],
  charts: ['queries(types)', 'domain', 'math', 'base', 'text'],
  components: ['base', 'charts(types)', 'charts/theme', 'text'],
  state: [
    'workers/client',
    'workers/contract(types)',
    'queries(types)',
    'engine(types)',
    'explainers(types)',
    'formats(types)',
    'domain',
    'base',
  ],
  panels: [
    'state',
    'charts',
    'components',
    'queries(types)',
    'workers/contract(types)',
    'formats(types)',
    'explainers(types)',
    'engine(types)',
    'domain',
    'math',
    'base',
    'text',
  ],
  features: [
    'panels',
    'state',
    'charts',
    'components',
    'queries(types)',
    'workers/contract(types)',
    'formats(types)',
    'explainers(types)',
    'engine(types)',
    'domain',
    'math',
    'base',
    'text',
  ],
  text: ['base', 'domain(types)'],
  app: ['features', 'panels', 'state', 'components', 'charts', 'text', 'domain', 'base', 'workers', 'queries(types)', 'engine(types)'],
  cli: [
    'engine',
    'storage',
    'domain',
    'base',
    'formats',
    'explainers',
    'inference',
    'kernels',
    'queries',
    'math',
    'workers/(contract|transfer|call-signal|port-lane)',
  ],
};

const test = '\\.(test|bench)\\.tsx?$';
const forbidden = [
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  {
    name: 'no-orphan-room',
    severity: 'error',
    from: { path: `^src/(?!(${[...Object.keys(rooms), 'workers', 'testing'].join('|')})/)`, pathNot: 'vite-env' },
    to: {},
  },
  {
    name: 'tests-are-not-product',
    severity: 'error',
    from: { path: '^src/', pathNot: [test, '^src/testing/'] },
    to: { path: [test, '^src/testing/'] },
  },
];

for (const [room, may] of Object.entries(rooms)) {
  const value = may.filter((m) => !m.endsWith('(types)'));
  const type = may.filter((m) => m.endsWith('(types)')).map((m) => m.slice(0, -7));
  const path = (names) => `^src/(${[room, ...names].join('|')})([/.]|$)`;
  forbidden.push({
    name: `room-${room}`,
    comment: `${room} may import: ${may.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^src/${room}/`, pathNot: [test] },
    to: { path: '^src/', pathNot: path([...value, ...type]) },
  });
  if (type.length > 0) {
    forbidden.push({
      name: `room-${room}-types-only`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: [test] },
      to: { path: `^src/(${type.join('|')})([/.]|$)`, pathNot: path(value), dependencyTypesNot: ['type-only'] },
    });
  }
}

forbidden.push(
  {
    name: 'features-are-apart',
    severity: 'error',
    from: { path: '^src/features/([^/]+)/' },
    to: { path: '^src/features/', pathNot: '^src/features/$1/' },
  },
  {
    name: 'ort-only-in-inference',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/inference/', test] },
    to: { path: 'node_modules/onnxruntime-web' },
  },
  {
    name: 'onnx-buf-only-in-onnx',
    severity: 'error',
    from: { path: '^src/', pathNot: ['^src/onnx/', test, '^src/testing/'] },
    to: { path: 'node_modules/onnx-buf' },
  },
  {
    name: 'worker-client',
    severity: 'error',
    from: { path: '^src/workers/(client|contract)' },
    to: { path: '^src/', pathNot: '^src/(workers|domain|base|engine|queries|formats|explainers)/' },
  },
  {
    name: 'worker-client-types',
    severity: 'error',
    from: { path: '^src/workers/(client|contract)' },
    to: { path: '^src/(engine|queries|formats|explainers)/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'react-only-in-the-page',
    severity: 'error',
    from: {
      path: '^src/(base|domain|math|kernels|trees|learners|onnx|formats|inference|explainers|queries|storage|engine|charts|text|workers|cli)/',
      pathNot: [test],
    },
    to: { path: 'node_modules/(react|react-dom|@mantine|zustand|@tanstack)/' },
  },
);

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
    exclude: { path: '(golden/|\\.css$)' },
  },
};
