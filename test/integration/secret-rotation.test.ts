import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { startReceiver, status, type Arrival } from '../receiver.ts';
import { System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const hasPhp = spawnSync('php', ['-v']).status === 0;

let system: System;
beforeAll(async () => {
  system = await System.start({ retryUnit: '60s', workers: 2 });
});
afterAll(() => system.stop());

const rotate = async (id: string, body: object = {}) =>
  (await system.call('POST', `${WEBHOOKS}/${id}/secret/rotate`, body)).body as {
    secret: string;
    secret_rotation: { expires_at: string } | null;
  };
const end = (id: string) => system.call('POST', `${WEBHOOKS}/${id}/secret/rotate/end`);
const remove = (id: string) => system.call('DELETE', `${WEBHOOKS}/${id}`);

/** What a receiver with the secret checks: the old system's header, and in the second form the next one as well. */
function checks(secret: string, { body, headers }: Arrival) {
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  const current = headers['x-urpa-signature'] === expected;
  return { current, either: current || headers['x-urpa-signature-next'] === expected };
}

function verifies(secret: string, { body, headers }: Arrival): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

/** The old receivers' check in PHP, of [body, secret, signature]. Returns how many it accepts. */
function countAcceptedByPhp(deliveries: string[][]): number {
  const code = `
    $accepted = 0;
    foreach (json_decode(stream_get_contents(STDIN), true) as [$body, $secret, $received]) {
      $payload = json_decode($body, true);
      if (hash_equals(hash_hmac('sha256', json_encode($payload), $secret), $received)) $accepted++;
    }
    echo $accepted;`;
  const options = ['-d', 'serialize_precision=-1', '-r', code];
  return Number(execFileSync('php', options, { input: JSON.stringify(deliveries) }).toString());
}

/** Emits until it is stopped, and returns the deliveries. */
function emitAlways(): () => Promise<string[]> {
  let stopped = false;
  const one = async () => {
    const ids: string[] = [];
    while (!stopped) ids.push(...(await system.emit({ id: '1', price: 1.5, note: 'Größe/😀' })));
    return ids;
  };
  const loops = Promise.all(Array.from({ length: 8 }, one));
  return async () => {
    stopped = true;
    return (await loops).flat();
  };
}

test('under load, no receiver turns a delivery down before, during and after a rotation', async () => {
  const receiver = await startReceiver();
  const { id, secret: old } = await system.register(receiver.url);
  let held = old;
  // It answers as a receiver does that has one secret, and checks both headers once the secret may be rotated.
  receiver.answer((arrival, response) => {
    response.writeHead(checks(held, arrival).either && verifies(held, arrival) ? 204 : 401).end();
  });
  try {
    const stop = emitAlways();
    const enough = (from: number) => eventually(() => receiver.arrivals.length > from + 100);
    await enough(0);
    const { secret: next } = await rotate(id);
    await enough(receiver.arrivals.length);
    held = next;
    await enough(receiver.arrivals.length);
    const endedAt = receiver.arrivals.length;
    expect((await end(id)).body).toMatchObject({ secret_rotation: null });
    await enough(receiver.arrivals.length);
    const ids = await stop();
    for (const delivery of ids) {
      expect(await system.reaches(delivery, 'delivered')).toMatchObject({ attempts: 1, status_code: 204 });
    }

    const { arrivals } = receiver;
    expect(arrivals).toHaveLength(ids.length);
    const during = arrivals.filter(({ headers }) => headers['x-urpa-signature-next'] !== undefined);
    const single = arrivals.filter((arrival) => !during.includes(arrival));
    const [before, after] = [old, next].map((secret) => single.filter((arrival) => checks(secret, arrival).current));
    for (const part of [before!, during, after!]) expect(part.length).toBeGreaterThan(50);
    expect(before!.length + during.length + after!.length).toBe(arrivals.length);
    // A receiver that was never changed goes on with the old secret until the end, and works with the new one from then on.
    const untilEnd = [...arrivals.slice(0, endedAt), ...before!, ...during];
    expect(untilEnd.every((arrival) => checks(old, arrival).current && verifies(old, arrival))).toBe(true);
    expect(after!.every((arrival) => checks(next, arrival).current && verifies(next, arrival))).toBe(true);
    expect(during.every((arrival) => checks(next, arrival).either && verifies(next, arrival))).toBe(true);
    if (hasPhp) {
      const php = (secret: string, arrival: Arrival, name: string) => [
        arrival.body,
        secret,
        String(arrival.headers[name]),
      ];
      const deliveries = [
        ...[...before!, ...during].map((arrival) => php(old, arrival, 'x-urpa-signature')),
        ...during.map((arrival) => php(next, arrival, 'x-urpa-signature-next')),
        ...after!.map((arrival) => php(next, arrival, 'x-urpa-signature')),
      ];
      expect(countAcceptedByPhp(deliveries)).toBe(deliveries.length);
    }
    await remove(id);
  } finally {
    await receiver.close();
  }
});

test('a retry that began before is signed by what holds when it is sent', async () => {
  const receiver = await startReceiver();
  receiver.answer(status(500));
  try {
    const { id, secret: old } = await system.register(receiver.url);
    const [delivery] = await system.emit();
    await system.reaches(delivery!, 'retrying');
    const attempt = async (count: number) => {
      expect((await system.retry(delivery!)).status).toBe(202);
      await eventually(async () => (await system.delivery(delivery!)).attempts === count);
      return receiver.of(delivery!)[count - 1]!;
    };
    const { secret: next } = await rotate(id);
    const during = await attempt(2);
    expect([checks(old, during).current, checks(next, during).either]).toEqual([true, true]);
    expect(String(during.headers['webhook-signature']).split(' ')).toHaveLength(2);
    await end(id);
    const after = await attempt(3);
    expect([checks(next, after).current, checks(old, after).either, verifies(old, after)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(after.headers).not.toHaveProperty('x-urpa-signature-next');
    await remove(id);
  } finally {
    await receiver.close();
  }
});

test('the overlap ends by itself, without any job', async () => {
  const receiver = await startReceiver();
  try {
    const { id, secret: old } = await system.register(receiver.url);
    const { secret: next, secret_rotation: rotation } = await rotate(id, { overlap: 3 });
    const send = async () => {
      const [delivery] = await system.emit();
      await system.reaches(delivery!, 'delivered');
      return receiver.of(delivery!)[0]!;
    };
    expect(checks(old, await send()).current).toBe(true);
    await eventually(async () => checks(next, await send()).current);
    // The worker's reading of the database's clock is off by a few milliseconds.
    expect(Date.now()).toBeGreaterThan(Date.parse(rotation!.expires_at) - 1_000);
    const last = await send();
    expect([checks(next, last).current, checks(old, last).either]).toEqual([true, false]);
    expect(last.headers).not.toHaveProperty('x-urpa-signature-next');
    expect((await system.call('GET', `${WEBHOOKS}/${id}`)).body.secret_rotation).toBeNull();
    await remove(id);
  } finally {
    await receiver.close();
  }
});

test('an overlap of 0 signs by the new secret alone from the next attempt on', async () => {
  const receiver = await startReceiver();
  try {
    const { id } = await system.register(receiver.url);
    const { secret } = await rotate(id, { overlap: 0 });
    const [delivery] = await system.emit();
    await system.reaches(delivery!, 'delivered');
    const [arrival] = receiver.of(delivery!);
    expect(checks(secret, arrival!).current).toBe(true);
    expect(arrival!.headers).not.toHaveProperty('x-urpa-signature-next');
    await remove(id);
  } finally {
    await receiver.close();
  }
});
