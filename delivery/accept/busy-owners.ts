/** An owner with more events than this within the window (50 per second) is busy. */
const CALM_EVENTS = 10;
const WINDOW_MS = 200;
/** How long an owner with few events counts after its last event, milliseconds. */
const CALM_MS = 1_000;
const MOST_REMEMBERED = 10_000;

interface Seen {
  /** Events in about the last `WINDOW_MS`, with exponential decay. */
  events: number;
  at: number;
}

interface CalmOwner {
  owner: string;
  at: number;
}

/** Decides which owners' events are batched for longer: those of busy owners, while another owner emits few. */
export class BusyOwners {
  private readonly seen = new Map<string, Seen>();
  /** The last two owners that were not busy, the latest first. */
  private calm: CalmOwner[] = [];

  /** Counts `events` of an owner (`now` in milliseconds). Returns whether they should be batched for longer. */
  note(owner: string, events: number, now: number): boolean {
    const before = this.seen.get(owner);
    const left = before ? before.events * Math.exp((before.at - now) / WINDOW_MS) : 0;
    if (!before && this.seen.size >= MOST_REMEMBERED) this.seen.clear();
    this.seen.set(owner, { events: left + events, at: now });
    if (left + events > CALM_EVENTS) return this.calm.some((one) => one.owner !== owner && now - one.at < CALM_MS);
    this.calm = [{ owner, at: now }, ...this.calm.filter((one) => one.owner !== owner).slice(0, 1)];
    return false;
  }
}
