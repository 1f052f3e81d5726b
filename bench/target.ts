import type { ByProcess } from './processes.ts';

/** Something that takes events and brings them to the receiver: Posthorn, or the relay. */
export interface Target {
  origin: string;
  path: string;
  /** The path of each single event, where they are not all posted to `path`. */
  pathOf?: (index: number) => string;
  /** Where a request carries several events. */
  batchPath?: string;
  headers: Record<string, string>;
  /** The type of the events that its webhook wants. */
  eventType: string;
  /** Process ids by name; CPU is accounted to each with its descendants. */
  processes: ByProcess;
  /** Resolves when the work that follows the last arrival is done too. */
  settle(): Promise<void>;
}
