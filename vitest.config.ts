import { defineConfig } from 'vitest/config';

const rooms = ['activities', 'api', 'bench', 'bin', 'core', 'dispatch', 'workflows'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: [...rooms.map((room) => `${room}/**/*.ts`), 'ui/src/**/*.ts', 'worker.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'html'],
    },
    projects: [
      { extends: true, test: { name: 'unit', include: [...rooms, 'ui'].map((room) => `${room}/**/*.test.ts`) } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          globalSetup: ['test/environment.ts'],
          // The machine's cores belong to the PostgreSQL and the Temporal server that the files share.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/environment.ts', 'test/browser/environment.ts'],
          // One after the other in one process, which has one browser and one system for all of them.
          fileParallelism: false,
          isolate: false,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
        },
      },
    ],
  },
});
