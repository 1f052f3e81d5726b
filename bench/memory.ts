import { readMemory, type ByProcess } from './processes.ts';

const EVERY_MS = 1000;

/** Samples the memory of the processes every second until it is stopped. Returns the maximum of each in MiB. */
export function watchMemory(processes: ByProcess): { stop(): ByProcess } {
  const most = readMemory(processes);
  const look = () => {
    for (const [name, mebibytes] of Object.entries(readMemory(processes))) {
      most[name] = Math.max(most[name] ?? 0, mebibytes);
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return most;
    },
  };
}
