/** An owner with more events in so long, 50 a second, is busy. */
const CALM_EVENTS = 10;
const WINDOW_MS = 200;
/** A calm owner counts for so long after its last event. */
const CALM_MS = 1_000;
const MOST_REMEMBERED = 10_000;

interface Seen {
  /** Events in about the last `WINDOW_MS`: each counts less as time goes by. */
  events: number;
  at: number;
}

interface CalmOwner {
  owner: string;
  at: number;
}

/** Tells which owners should give way: those with many events, while another one has few. Who is alone never has to. */
export class BusyOwners {
  private readonly seen = new Map<string, Seen>();
  /** The last two calm owners, the latest first. */
  private calm: CalmOwner[] = [];

  /** To be told of all events, `now` in milliseconds; returns whether these should give way. */
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
