import { runChecks } from './checks.ts';
import { untilInterrupted } from './interrupt.ts';

const { passed, failed } = await runChecks(untilInterrupted());
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
