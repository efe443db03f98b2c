import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const taskBranch = {
  selector:
    "MemberExpression[property.name='task'][object.name=/[oO]utputs$/], MemberExpression[property.name='task'][object.property.name='outputs']",
  message: 'Ask the output (domain/outputs), do not branch on the task.',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'dist-node',
      'build',
      '.bench',
      'scripts/*.mjs',
      'src/kernels/assembly',
      'node_modules',
      'public',
      'test-results',
      'reference',
      '**/golden/**',
      'eslint.config.js',
      '.dependency-cruiser.cjs',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.worker.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-lines': ['error', { max: 600, skipComments: true, skipBlankLines: true }],
      'no-restricted-syntax': ['error', taskBranch, { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['../*'], message: 'Use the #/ alias across folders.' }] }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/prefer-for-of': 'off',
    },
  },
  {
    // Typed-array arithmetic: bounds are covered by goldens and properties, and `!` is what keeps it readable.
    files: [
      'src/math/**',
      'src/trees/**',
      'src/learners/**',
      'src/explainers/**',
      'src/queries/**',
      'src/kernels/**',
      'src/domain/**',
      'src/base/**',
      'src/inference/**',
      'src/formats/**',
      'src/engine/**',
      'src/charts/**',
      'src/onnx/**',
      'src/**/*.test.ts',
      'e2e/**',
      'bench/**',
      'src/testing/**',
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['src/domain/outputs.ts', 'src/formats/**', 'src/**/*.test.ts', 'e2e/**', 'src/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration[declaration.type!="CallExpression"]', message: 'Named exports only.' },
      ],
    },
  },
  { files: ['*.config.ts', 'bench/*.ts', 'src/**/*.d.ts'], rules: { 'no-restricted-syntax': 'off', 'no-restricted-imports': 'off' } },
  { files: ['**/*.tsx', '**/use*.ts'], ...reactHooks.configs.flat['recommended-latest'] },
);
