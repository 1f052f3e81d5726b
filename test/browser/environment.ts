import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { eventually } from '../eventually.ts';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of Chromium; null if there is none on this machine. */
    chromium: string | null;
    /** A folder with one file for each running system. */
    runningSystems: string;
  }
}

const STOP_LIMIT_MS = 30_000;

/** Finds or installs Chromium for the browser tests. */
export default function setUp(project: TestProject): () => Promise<void> {
  const program = findChromium(process.env, (line) => console.log(line)) ?? null;
  if (program === null) console.warn(`\n  !! ${HOW_TO_GET_CHROMIUM}\n`);
  const runningSystems = mkdtempSync(join(tmpdir(), 'posthorn-systems-'));
  project.provide('chromium', program);
  project.provide('runningSystems', runningSystems);
  // The process with the systems is ending. It needs the database and Temporal, which are stopped next, until then.
  return async () => {
    await eventually(() => readdirSync(runningSystems).length === 0, STOP_LIMIT_MS).catch(console.error);
    rmSync(runningSystems, { recursive: true, force: true });
  };
}
