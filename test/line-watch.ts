import { pause } from './load.ts';
import { startReceiver, type Receiver } from './receiver.ts';

/** A request that arrived, by its `data.id` with the query of its URL, and the number of its event. */
interface Visit {
  key: string;
  number: number;
  delivery: string;
}

/** A receiver that checks, for each key, that one request is open at a time and that first arrivals come in order. */
export class LineWatch {
  readonly visits: Visit[] = [];
  readonly faults: string[] = [];
  receiver!: Receiver;
  /** How a request is answered, after a few milliseconds. Default 200. */
  statusOf: (visit: Visit, before: number) => number = () => 200;
  private readonly open = new Map<string, string>();
  private readonly last = new Map<string, number>();

  static async start(): Promise<LineWatch> {
    const watch = new LineWatch();
    watch.receiver = await startReceiver();
    watch.receiver.answer(({ path, body, headers }, response) => {
      watch.receiver.arrivals.length = 0;
      const { data } = JSON.parse(body) as { data: { id: string; number: number } };
      const visit = {
        key: data.id + (path.split('?')[1] ?? ''),
        number: data.number,
        delivery: String(headers['webhook-id']),
      };
      const before = watch.of(visit.delivery);
      watch.enter(visit, before);
      const leave = () => watch.open.get(visit.key) === visit.delivery && watch.open.delete(visit.key);
      response.once('close', leave);
      void pause(3 + Math.random() * 12).then(() => {
        leave();
        response.writeHead(watch.statusOf(visit, before)).end();
      });
    });
    return watch;
  }

  /** The requests of one delivery so far. */
  of(delivery: string): number {
    return this.visits.filter((visit) => visit.delivery === delivery).length;
  }

  numbersOf(key: string): number[] {
    return this.visits.filter((visit) => visit.key === key).map(({ number }) => number);
  }

  private enter(visit: Visit, before: number): void {
    const { key, number, delivery } = visit;
    const other = this.open.get(key);
    if (other !== undefined) this.faults.push(`${key}: ${number} arrived while ${other} was open`);
    const last = this.last.get(key) ?? -1;
    if (before === 0 && number < last) this.faults.push(`${key}: ${number} arrived first after ${last}`);
    this.last.set(key, Math.max(last, number));
    this.open.set(key, delivery);
    this.visits.push(visit);
  }
}
