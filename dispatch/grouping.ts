import { newId } from '../core/new-id.ts';
import type { Claimed } from './claimed.ts';
import type { Flight, Flights } from './flights.ts';

const SINGLES_PER_SECOND = 5;
const SINGLES_BURST = 5;
/** How long a group takes members. Nothing waits for it but its workflow: the attempts are on their way meanwhile. */
const GROUP_GAP_MS = 1_000;
/** Members that take longer go on in a workflow of their own, so that a group takes seconds. */
const GROUP_PATIENCE_MS = 3_000;

interface Group {
  workflowId: string;
  timer: NodeJS.Timeout;
  flights: Flight[];
}

/**
 * Decides which deliveries share a workflow. A claim that the allowance covers (5 at once, refilled by 5 a second) starts
 * a workflow for each, which costs more CPU than everything else that is done for a delivery. All deliveries draw on it, so
 * that while more than that arrive there are no single workflows: deliveries with the same platform, schedule and position
 * in it gather in a group.
 */
export class Grouping {
  private readonly flights: Flights;
  private readonly maxGroup: number;
  private readonly start: (workflowId: string, flights: Flight[]) => void;
  private allowance = SINGLES_BURST;
  private refilledAt = performance.now();
  /** Groups that still take members. */
  private readonly open = new Map<string, Group>();

  /** `maxGroup` 1 turns groups off. `start` is told of every workflow to start, with its members in flight. */
  constructor(flights: Flights, maxGroup: number, start: (workflowId: string, flights: Flight[]) => void) {
    this.flights = flights;
    this.maxGroup = maxGroup;
    this.start = start;
  }

  /** Registers claimed deliveries as flights, each with the workflow that will own it. */
  add(claimed: Claimed[], worker: string): Flight[] {
    this.refill();
    const singles = this.maxGroup === 1 || claimed.length <= this.allowance;
    this.allowance = Math.max(-SINGLES_BURST, this.allowance - claimed.length);
    return claimed.map((one) => (singles ? this.addSingle(one, worker) : this.addToGroup(one, worker)));
  }

  /** Lets members of a group that are in flight go on in a workflow of their own. */
  part(flights: Flight[]): void {
    const workflowId = flights.length === 1 ? flights[0]!.claimed.delivery_id : newGroupId();
    for (const flight of flights) flight.move(workflowId);
    this.start(workflowId, flights);
  }

  /** Starts what has gathered, without waiting for more. */
  flush(): void {
    for (const key of this.open.keys()) this.close(key);
  }

  private addSingle(claimed: Claimed, worker: string): Flight {
    const flight = this.flights.add(claimed, worker, claimed.delivery_id);
    this.start(claimed.delivery_id, [flight]);
    return flight;
  }

  private addToGroup(claimed: Claimed, worker: string): Flight {
    const key = keyOf(claimed);
    let group = this.open.get(key);
    if (!group) {
      group = { workflowId: newGroupId(), flights: [], timer: setTimeout(() => this.close(key), GROUP_GAP_MS) };
      this.open.set(key, group);
    }
    const flight = this.flights.add(claimed, worker, group.workflowId);
    group.flights.push(flight);
    if (group.flights.length >= this.maxGroup) this.close(key);
    return flight;
  }

  private close(key: string): void {
    const { workflowId, flights, timer } = this.open.get(key)!;
    clearTimeout(timer);
    this.open.delete(key);
    this.start(workflowId, flights);
    if (flights.length > 1) this.partSlowMembers(workflowId, flights);
  }

  private partSlowMembers(workflowId: string, flights: Flight[]): void {
    const flying = flights.filter((flight) => !flight.hasLanded);
    if (flying.length === 0) return;
    setTimeout(() => {
      const slow = flying.filter((flight) => flight.workflowId === workflowId && !flight.hasLanded);
      for (const members of Map.groupBy(slow, (flight) => flight.claimed.webhook_id).values()) this.part(members);
    }, GROUP_PATIENCE_MS);
  }

  private refill(): void {
    const now = performance.now();
    this.allowance = Math.min(SINGLES_BURST, this.allowance + ((now - this.refilledAt) / 1_000) * SINGLES_PER_SECOND);
    this.refilledAt = now;
  }
}

function newGroupId(): string {
  return `group-${newId()}`;
}

function keyOf(claimed: Claimed): string {
  const { platform, attempts, round_start, max_attempts, initial_units, coefficient } = claimed;
  return [platform, attempts, round_start, max_attempts, initial_units, coefficient].join(' ');
}
