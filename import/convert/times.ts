const FORM = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const HOUR_MS = 3_600_000;

/** Reads and writes times as the old system's database has them: in its application's time zone unless they have an offset. */
export class OldClock {
  readonly zoneName: string;
  private readonly zone: Intl.DateTimeFormat | null;
  /** The zone's offset by hour. */
  private readonly offsets = new Map<number, number>();

  /** @throws RangeError for an unknown zone */
  constructor(zone: string) {
    this.zoneName = zone;
    this.zone =
      zone === 'UTC' ? null : new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...PARTS });
  }

  /** Null for what is no time, such as MySQL's 0000-00-00. */
  read(text: string | null | undefined): Date | null {
    const found = FORM.exec(text?.trim() ?? '');
    if (!found) return null;
    const [, year, month, day, hour, minute, second = '00', fraction = '0', offset] = found;
    const ms = Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6);
    const local = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      ms,
    );
    if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number.isNaN(local)) return null;
    return new Date(local - (offset === undefined ? this.offsetAt(local) : readOffset(offset)));
  }

  /** To the second, in the zone. */
  write(time: Date): string {
    const offset = this.zone === null ? 0 : this.offsetOf(time.getTime());
    return new Date(time.getTime() + offset).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** The offset in milliseconds of a local time. */
  private offsetAt(local: number): number {
    if (this.zone === null) return 0;
    const first = this.offsetOf(local);
    return this.offsetOf(local - first);
  }

  private offsetOf(instant: number): number {
    const hour = Math.floor(instant / HOUR_MS);
    let offset = this.offsets.get(hour);
    if (offset === undefined) {
      const parts = this.zone!.formatToParts(new Date(hour * HOUR_MS));
      const [year, month, day, hours, minutes] = ['year', 'month', 'day', 'hour', 'minute'].map((type) =>
        Number(parts.find((part) => part.type === type)!.value),
      );
      offset = Date.UTC(year!, month! - 1, day, hours, minutes) - hour * HOUR_MS;
      this.offsets.set(hour, offset);
    }
    return offset;
  }
}

const PARTS = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;

function readOffset(text: string): number {
  if (text.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text)!;
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -ms : ms;
}
