import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Speeds up the second run. */
const CACHE = 'node_modules/.cache/posthorn-checks';
const PRETTIER_CACHE = ['--cache', '--cache-strategy=content', `--cache-location=${CACHE}/format`];

/** The longest first. */
const CHECKS = [
  ['ui lint', 'eslint/bin/eslint.js', '.'],
  ['types', 'typescript/bin/tsc', '-p', '.', '--incremental', '--tsBuildInfoFile', `${CACHE}/types.json`],
  ['client types', 'typescript/bin/tsc', '-p', 'clients/typescript'],
  ['client', '../bin/client/generate.ts', '--check'],
  [
    'ui types',
    'svelte-check/bin/svelte-check',
    '--workspace',
    'ui',
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
  ],
  ['format', 'prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...PRETTIER_CACHE, '.'],
  ['unused code', 'knip/bin/knip.js'],
  ['lint', 'oxlint/bin/oxlint', '.'],
  ['walls', 'dependency-cruiser/bin/dependency-cruiser.mjs', '--config', '.dependency-cruiser.mjs', '.'],
] as const;

/** Each takes about one core and 1 GB. */
const AT_ONCE = 2;

/** Runs every check, two at a time, and prints one line for each, with its output if it failed. */
export async function runChecks(signal: AbortSignal): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 };
  const waiting = CHECKS.values();
  const work = async () => {
    for (const [name, script, ...args] of waiting) {
      if (signal.aborted) return;
      const start = Date.now();
      const { passed, output } = await runTool(script, args, signal);
      console.log(`${passed ? '✓' : '✗'} ${name.padEnd(12)} ${((Date.now() - start) / 1000).toFixed(1)} s`);
      if (!passed) console.log(output.trimEnd());
      counts[passed ? 'passed' : 'failed']++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return counts;
}

function runTool(script: string, args: readonly string[], signal: AbortSignal) {
  const path = fileURLToPath(new URL(`../node_modules/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise<{ passed: boolean; output: string }>((resolve) => {
    child.once('error', (error) => resolve({ passed: false, output: error.message }));
    child.once('close', (code) => resolve({ passed: code === 0, output }));
  });
}
