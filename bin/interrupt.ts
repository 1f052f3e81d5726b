/** Aborted by the first SIGINT, SIGTERM or SIGHUP, or when the parent process is gone. */
export function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  process.once('disconnect', interrupt);
  return interrupted.signal;
}
