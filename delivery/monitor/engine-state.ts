import type { Lane } from '../concurrency/lane.ts';
import type { StartAnswer } from '../handover/workflow-starter.ts';
import type { OnRecorded } from '../record/recorder.ts';

/** What an engine reports as it happens. */
export interface EngineHooks {
  onRecorded: OnRecorded;
  onClaimed: (statement: string, deliveries: number, seconds: number) => void;
  /** A workflow is to be started, for so many deliveries. */
  onStart: (deliveries: number) => void;
  onAnswer: (answer: StartAnswer, seconds: number) => void;
  onLeaseLost: () => void;
  onTakenOver: (deliveries: number) => void;
}

/** What an engine is doing at a moment. */
export interface EngineState {
  /** It claims and sends; false before its start and once it stops. */
  started: boolean;
  leaseIsFresh: boolean;
  /** Milliseconds since the lease was confirmed; Infinity before the start. */
  unconfirmedMs: number;
  inFlight: number;
  payloadBytes: number;
  /** Deliveries whose workflow Temporal has not accepted yet. */
  handoverBacklog: number;
  lanes: Iterable<Lane<unknown>>;
}
