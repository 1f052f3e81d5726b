import { EXIT } from './exit-codes.ts';
import type { Commands } from './program.ts';
import { runProgram } from './run-program.ts';

/**
 * Runs this process's command line to its end. The first Ctrl-C ends the command in order, the next one at once. It also ends in order
 * when nobody reads its output any more.
 */
export async function runProcess(commands: Commands, dataDirs: string[]): Promise<void> {
  const { env, stdin, stdout, stderr } = process;
  const stopping = new AbortController();
  const stop = (reason: string) => () => stopping.abort(reason);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () =>
      stopping.signal.aborted ? process.exit(EXIT.interrupted) : stopping.abort('interrupted'),
    );
  }
  for (const stream of [stdout, stderr]) stream.on('error', stop('reader gone'));
  // bin/run.mjs has gone.
  if (process.connected) process.once('disconnect', stop('interrupted'));
  const surroundings = { env, stdin, stdout, stderr, dataDirs, signal: stopping.signal };
  process.exitCode = await runProgram(commands, process.argv.slice(2), surroundings);
  // What it was at is given up.
  if (stopping.signal.aborted) process.exit();
  stdin.unref?.();
  if (process.connected) process.disconnect();
}
