import { createVitest, parseCLI } from 'vitest/node';
import { runChecks } from './checks.ts';
import { untilInterrupted } from './interrupt.ts';

// npm test [-- vitest's filters and options]: runs the checks, then the tests.

interface Counts {
  passed: number;
  failed: number;
}

async function runTests(args: readonly string[], signal: AbortSignal): Promise<Counts> {
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const vitest = await createVitest('test', { watch: false, ...options });
  signal.addEventListener('abort', () => void vitest.cancelCurrentRun('keyboard-input'));
  try {
    const { testModules, unhandledErrors } = await vitest.start(filter);
    const counts = { passed: 0, failed: unhandledErrors.length };
    for (const module of testModules) {
      const tests = [...module.children.allTests()];
      const failed = tests.filter((test) => test.result().state === 'failed').length;
      counts.passed += tests.filter((test) => test.result().state === 'passed').length;
      counts.failed += failed || (module.ok() ? 0 : 1);
    }
    return counts;
  } finally {
    await vitest.close();
  }
}

const signal = untilInterrupted();
const args = process.argv.slice(2);
const total = await runChecks(signal);
if (!signal.aborted) {
  const tests = await runTests(args, signal).catch((error: unknown) => {
    console.error(error);
    return { passed: 0, failed: 1 };
  });
  total.passed += tests.passed;
  total.failed += tests.failed;
}
if (signal.aborted) console.log('Interrupted.');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed || signal.aborted ? 1 : 0);
