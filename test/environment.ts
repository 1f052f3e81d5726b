import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { killStack, startEmbedded, stopLeftStack } from '../bin/embedded/stack.ts';

const PREFIX = 'posthorn-test-';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database on the tests' PostgreSQL that stays empty: each file makes one of its own. */
    databaseUrl: string;
    /** host:port of the tests' Temporal server. */
    temporalAddress: string;
  }
}

/** Starts one PostgreSQL and one Temporal for all integration tests, in a folder that goes with them. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  // An interrupted run ends without the teardown.
  const abandon = () => {
    killStack(dataDir);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', abandon);
  const stack = await startEmbedded({ dataDir, say: (line) => console.log(line) });
  project.provide('databaseUrl', stack.databaseUrl);
  project.provide('temporalAddress', stack.temporalAddress);
  return async () => {
    process.off('exit', abandon);
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** A run that was killed could not clean up: the next one does. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      await stopLeftStack(folder);
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another run is using it.
    }
  }
}
