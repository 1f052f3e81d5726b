import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

const rooms = ['activities', 'api', 'bench', 'bin', 'cli', 'core', 'delivery', 'import', 'workflows'];

/** Integration tests wait more than they compute, and each file has a database of its own. */
const WORKERS = 3;

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [...rooms, 'clients', 'ui'].map((room) => `${room}/**/*.test.ts`),
          maxWorkers: WORKERS,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/crash/**'],
          globalSetup: ['test/environment.ts'],
          maxWorkers: WORKERS,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'crash',
          include: ['test/crash/**/*.test.ts'],
          // Only the browser tests run beside them: they check how soon everything goes on under load.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/environment.ts', 'test/browser/environment.ts'],
          // Each process has one browser and one system for all its files.
          isolate: false,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 120_000,
        },
      },
    ],
  },
});
