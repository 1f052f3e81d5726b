import type { ByProcess } from './processes.ts';

/** A system that accepts events and delivers them to the receiver: Posthorn or the relay. */
export interface Target {
  origin: string;
  path: string;
  /** The path of each single event, unless all are posted to `path`. */
  pathOf?: (index: number) => string;
  /** The path for requests with several events. */
  batchPath?: string;
  headers: Record<string, string>;
  /** The event type to which its webhook is subscribed. */
  eventType: string;
  /** Process ids by name. CPU time includes descendants. */
  processes: ByProcess;
  /** Resolves when the work after the last arrival has ended, too. */
  settle(): Promise<void>;
}
