import { describe, expect, it } from 'vitest';
import { explainRouting } from './workflow-routing.ts';

const version = (buildId: string) => ({ deploymentName: 'posthorn', buildId });

describe('explainRouting', () => {
  it.each([
    ['no worker at all', { current: version('1'), workers: [], waitingS: 90 }],
    ['workers without a version', { current: null, workers: [null], waitingS: 0 }],
    ['a worker of the current version', { current: version('1'), workers: [null, version('1')], waitingS: 29 }],
  ])('has nothing to say of %s', (_, routing) => {
    expect(explainRouting(routing)).toBeNull();
  });

  it('names the command where no version is current', () => {
    expect(explainRouting({ current: null, workers: [version('1'), version('2')], waitingS: 0 })).toBe(
      'the workers have a version, and none is current, so nobody runs workflows: ' +
        'temporal worker deployment set-current-version --deployment-name posthorn --build-id 1 or 2',
    );
  });

  it('says that the current version has no worker', () => {
    const routing = { current: version('1'), workers: [version('2')], waitingS: 0 };
    expect(explainRouting(routing)).toBe(
      'version 1 of posthorn is current and has no worker, so nobody runs new workflows: start one, or ' +
        'temporal worker deployment set-current-version --deployment-name posthorn --build-id 2',
    );
    expect(explainRouting({ ...routing, workers: [null] })).toMatch(/--deployment-name posthorn --unversioned$/);
  });

  it('says how long workflows have waited', () => {
    expect(explainRouting({ current: version('1'), workers: [version('1')], waitingS: 75 })).toBe(
      'workflows have waited for 75 s for a worker of version 1 of posthorn',
    );
    expect(explainRouting({ current: null, workers: [null], waitingS: 75 })).toMatch(/a worker without a version$/);
  });
});
