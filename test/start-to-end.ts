import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

/** Runs a script that should not start, and returns its exit code and output. */
export async function startToEnd(
  script: string,
  env: Record<string, string>,
): Promise<{ code: unknown; output: string }> {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const all = {
    ...process.env,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    POSTHORN_WORKFLOW_BUNDLE: inject('workflowBundle'),
    POSTHORN_MASTER_KEY: randomBytes(32).toString('base64'),
    POSTHORN_ADMIN_KEY: randomBytes(16).toString('hex'),
    LOG_LEVEL: 'silent',
    ...env,
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, [path], { env: all, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, output: stdout + stderr }),
    );
  });
}
