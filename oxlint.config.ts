import { builtinModules } from 'node:module';
import { defineConfig } from 'oxlint';

// TypeScript and scripts. eslint.config.js has the dashboard's components.

const builtins = builtinModules.filter((name) => !name.startsWith('_')).flatMap((name) => [name, `node:${name}`]);
const untyped = {
  'typescript/no-unsafe-argument': 'off',
  'typescript/no-unsafe-assignment': 'off',
  'typescript/no-unsafe-call': 'off',
  'typescript/no-unsafe-member-access': 'off',
} as const;
const thrownElsewhere = { allowThrowingUnknown: true, allowThrowingAny: true };

export default defineConfig({
  plugins: ['typescript', 'import'],
  categories: { correctness: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error', denyWarnings: true },
  ignorePatterns: ['**/*.svelte', '**/*.svelte.ts', 'build', '.posthorn', 'cli/dist', 'clients/typescript/dist'],
  rules: {
    eqeqeq: 'error',
    'import/no-default-export': 'error',
    'no-case-declarations': 'error',
    'no-console': ['error', { allow: ['warn', 'error'] }],
    'no-empty': 'error',
    'no-fallthrough': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    'no-var': 'error',
    'prefer-const': 'error',
    'prefer-rest-params': 'error',
    'prefer-spread': 'error',
    'preserve-caught-error': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    'typescript/no-misused-spread': 'off',
    'typescript/no-empty-object-type': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-namespace': 'error',
    'typescript/no-require-imports': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/no-unnecessary-type-constraint': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-enum-comparison': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/only-throw-error': ['error', thrownElsewhere],
    'typescript/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    'typescript/prefer-promise-reject-errors': ['error', thrownElsewhere],
    'typescript/require-array-sort-compare': 'off',
    'typescript/restrict-plus-operands': 'error',
    'typescript/restrict-template-expressions': [
      'error',
      { allowNumber: true, allowBoolean: true, allowNullish: true },
    ],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/unbound-method': 'off',
  },
  overrides: [
    {
      files: ['workflows/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: {
        'no-restricted-imports': [
          'error',
          { paths: builtins.map((name) => ({ name, message: 'A workflow runs where Node is not.' })) },
        ],
        'no-restricted-globals': ['error', 'process', 'fetch', 'Buffer', 'performance', 'setInterval'],
      },
    },
    {
      // Answers are read as they come.
      files: ['test/**/*.ts', '**/*.test.ts'],
      rules: {
        // Vitest takes from a fixture's pattern what it needs.
        'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
        ...untyped,
      },
    },
    { files: ['**/*.mjs', '**/*.js'], rules: untyped },
    { files: ['bin/**', 'bench/**', 'test/**', '**/*.mjs'], rules: { 'no-console': 'off' } },
    {
      files: ['**/*.config.ts', '**/*.config.js', '.dependency-cruiser.mjs', '**/environment.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
