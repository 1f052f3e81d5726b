import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('open-files.ts', import.meta.url));

/** What a process with this limit says at its start. */
function startWith(limit: number): string {
  const code = `import { pino } from 'pino';
    import { warnOfFewOpenFiles } from ${JSON.stringify(MODULE)};
    warnOfFewOpenFiles(1024, pino());`;
  const script = `ulimit -n ${limit} && exec "$0" --input-type=module -e "$1"`;
  return execFileSync('sh', ['-c', script, process.execPath, code], { encoding: 'utf8' });
}

test.skipIf(process.platform !== 'linux')('a low limit of open files is said at the start, with what is needed', () => {
  expect(JSON.parse(startWith(1_024))).toMatchObject({ level: 40, limit: 1_024, needed: 1_224 });
  expect(startWith(2_048)).toBe('');
});
