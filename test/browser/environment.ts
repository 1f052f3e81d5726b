import type { TestProject } from 'vitest/node';
import { findChromium, HOW_TO_GET_CHROMIUM } from './chromium.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The program; null: there is none on this machine. */
    chromium: string | null;
  }
}

/** Finds the Chromium for the browser tests, or gets it. */
export default function setUp(project: TestProject): void {
  const program = findChromium(process.env, (line) => console.log(line)) ?? null;
  if (program === null) console.warn(`\n  !! ${HOW_TO_GET_CHROMIUM}\n`);
  project.provide('chromium', program);
}
