import { expect, test, vi } from 'vitest';
import { createWorkflows } from './workflows.ts';

test('closing waits for the calls that Temporal, which is away, has not answered', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', '127.0.0.1:1');
  const workflows = createWorkflows({ temporalUiUrl: undefined, taskQueue: 'posthorn' });
  vi.unstubAllEnvs();
  const ended: string[] = [];
  void workflows.check().then(({ ok }) => ended.push(`checked: ${ok}`));
  void workflows.describe('deliver-1').then(({ state }) => ended.push(state));
  await workflows.close();
  expect(ended.toSorted()).toEqual(['checked: false', 'unknown']);
});
