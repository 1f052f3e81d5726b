import { importCommand } from './command.ts';

const stopping = new AbortController();
const { env, stdin, stdout, stderr } = process;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => (stopping.signal.aborted ? process.exit(130) : stopping.abort()));
}
process.once('disconnect', () => stopping.abort());
process.exitCode = await importCommand(process.argv.slice(2), { env, stdin, stdout, stderr, signal: stopping.signal });
stdin.unref?.();
if (process.connected) process.disconnect();
