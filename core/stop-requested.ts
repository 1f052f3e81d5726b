/** Resolves when the process is asked to end: by SIGTERM, by Ctrl-C, or because its supervisor is gone. */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.once('disconnect', () => resolve());
  });
}
