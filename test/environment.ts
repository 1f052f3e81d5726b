import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { killStack, startEmbedded, stopLeftStack } from '../bin/embedded/stack.ts';
import { migrate } from '../core/db/migrate.ts';
import { copyDatabase, dropDatabase } from './database.ts';

const PREFIX = 'posthorn-test-';
const BUNDLE_WORKFLOWS = fileURLToPath(new URL('../bin/bundle-workflows.ts', import.meta.url));
const BUILD_UI = fileURLToPath(new URL('../bin/build-ui.ts', import.meta.url));

declare module 'vitest' {
  export interface ProvidedContext {
    /** An empty database on the tests' PostgreSQL. Each test file creates its own database. */
    databaseUrl: string;
    /** The name of a migrated database on that server, which others are copied from. */
    templateDatabase: string;
    /** The host:port of the tests' Temporal server. */
    temporalAddress: string;
    /** The path of the bundled workflows, for POSTHORN_WORKFLOW_BUNDLE. */
    workflowBundle: string;
  }
}

/** Starts one PostgreSQL and one Temporal for all test projects, in a folder that is deleted afterwards. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (project.getProvidedContext().databaseUrl !== undefined) return;
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  // An interrupted run ends without the teardown.
  const abandon = () => {
    killStack(dataDir);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', abandon);
  const workflowBundle = join(dataDir, 'workflow-bundle.js');
  const [stack] = await Promise.all([
    startEmbedded({
      dataDir,
      say: (line) => console.log(line),
      databaseUrl: process.env['POSTHORN_TEST_DATABASE_URL'],
    }),
    promisify(execFile)(process.execPath, [BUNDLE_WORKFLOWS, workflowBundle]),
    promisify(execFile)(process.execPath, [BUILD_UI]),
  ]);
  const template = await copyDatabase(stack.databaseUrl);
  await migrate(template.url);
  project.vitest.provide('databaseUrl', stack.databaseUrl);
  project.vitest.provide('templateDatabase', template.name);
  project.vitest.provide('temporalAddress', stack.temporalAddress);
  project.vitest.provide('workflowBundle', workflowBundle);
  return async () => {
    process.off('exit', abandon);
    try {
      await dropDatabase(stack.databaseUrl, template.name);
    } finally {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  };
}

/** Cleans up after an earlier run that was killed. */
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
