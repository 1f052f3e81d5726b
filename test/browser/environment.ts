import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { eventually } from '../eventually.ts';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The program; null: there is none on this machine. */
    chromium: string | null;
    /** A folder with a file for each system that runs. */
    runningSystems: string;
  }
}

const STOP_LIMIT_MS = 30_000;

/** Finds the Chromium for the browser tests, or gets it. */
export default function setUp(project: TestProject): () => Promise<void> {
  const program = findChromium(process.env, (line) => console.log(line)) ?? null;
  if (program === null) console.warn(`\n  !! ${HOW_TO_GET_CHROMIUM}\n`);
  const runningSystems = mkdtempSync(join(tmpdir(), 'posthorn-systems-'));
  project.provide('chromium', program);
  project.provide('runningSystems', runningSystems);
  // The process with the systems ends meanwhile; the database and Temporal, which are stopped next, have to outlive them.
  return async () => {
    await eventually(() => readdirSync(runningSystems).length === 0, STOP_LIMIT_MS).catch(console.error);
    rmSync(runningSystems, { recursive: true, force: true });
  };
}
