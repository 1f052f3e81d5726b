import type { Readable } from 'node:stream';
import type { Config } from '../core/config.ts';
import type { ImportOptions } from './options.ts';
import type { Report } from './report.ts';
import type { Source } from './sources/source.ts';

/** What the process gives to the command. */
export interface CommandIo {
  env: NodeJS.ProcessEnv;
  stdin: Readable & { isTTY?: boolean };
  stdout: NodeJS.WritableStream;
  /** Progress and questions. */
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Aborts when the user wants it to end. */
  signal: AbortSignal;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** One run of the command. */
export interface Job {
  source: Source;
  config: Config;
  options: ImportOptions;
  since: Date;
  now: Date;
  report: Report;
  io: CommandIo;
}
