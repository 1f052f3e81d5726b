import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { deliveryHeaders, generateSecret, Signer } from '../../delivery/attempt/sign.ts';
import { findCode, readPage } from '../docs/markdown.ts';
import { startSample } from '../docs/sample-receiver.ts';
import { startReceiver, type Receiver } from '../receiver.ts';
import { System } from '../system.ts';
import { AUTOLOAD, hasCurl, hasLaravel, php } from './php.ts';
import { startUnreliableProxy, type UnreliableProxy } from './unreliable-proxy.ts';

const ORGANIZATIONS = '/api/coordinator/organizations/{orgId}';

let system: System;
let receiver: Receiver;
let proxy: UnreliableProxy;
beforeAll(async () => {
  [system, receiver] = await Promise.all([System.start(), startReceiver()]);
  proxy = await startUnreliableProxy(system.apiUrl);
  await system.register(receiver.url);
});
afterEach(() => {
  proxy.faults = [];
  proxy.count = 0;
});
afterAll(async () => {
  await Promise.all([proxy.close(), receiver.close(), system.stop()]);
});

const of = (base: string) => ({ base, key: system.adminKey });
const urpa = (root = system.apiUrl) => of(`${root}/api/urpa`);
const NEW_CLIENT = `$client = new Posthorn\\Client($in['base'], $in['key'], 2, new Posthorn\\Retries(4, 20));`;

async function countEvents(): Promise<number> {
  return Number((await system.sql('select count(*) as n from events'))[0]!['n']);
}

interface Accepted {
  id: string;
  event: string;
  timestamp: string;
  deliveries: { id: string; webhook_id: string }[];
}

describe.skipIf(!hasCurl)('the PHP client', () => {
  test('emits with a script of five lines, and the event arrives as PHP encodes it', async () => {
    const script = `
      require ${JSON.stringify(AUTOLOAD)};
      $client = new Posthorn\\Client(getenv('BASE'), getenv('KEY'));
      $accepted = $client->emit('contact.created', ['id' => 'Größe/1', 'price' => 1.5, 'none' => []]);
      echo $accepted->deliveries[0]['id'];`;
    const env = { ...process.env, BASE: urpa().base, KEY: system.adminKey };
    const id = execFileSync('php', ['-r', script], { env, encoding: 'utf8' });
    await system.reaches(id, 'delivered');
    const [arrival] = receiver.of(id);
    expect(arrival!.body).toContain('"data":{"id":"Gr\\u00f6\\u00dfe\\/1","price":1.5,"none":[]}');
  });

  test('keeps the time of an event, and emits to an organization', async () => {
    const accepted = await php<Accepted>(
      `${NEW_CLIENT}
      $at = new DateTimeImmutable('2026-01-22T12:30:00.123+02:00');
      echo json_encode($client->forOrganization('org/1 ü')->emit('contact.created', ['id' => 1], null, $at));`,
      of(system.apiUrl + ORGANIZATIONS),
    );
    expect(accepted.timestamp).toBe('2026-01-22T10:30:00.123Z');
    const [row] = await system.sql('select org_id from events where id = $1', [accepted.id]);
    expect(row).toEqual({ org_id: 'org/1 ü' });
  });

  test('a key makes an event once, and is refused for another', async () => {
    const [first, again, conflict] = await php<[string, string, [number, string, string]]>(
      `${NEW_CLIENT}
      $emit = fn ($name) => $client->emit('contact.created', ['name' => $name], 'order-1');
      $said = [$emit('a')->id, $emit('a')->id];
      try { $emit('b'); } catch (Posthorn\\Exception\\ApiException $e) { $said[] = [$e->status, $e->errorCode, $e->getMessage()]; }
      echo json_encode($said);`,
      urpa(),
    );
    expect(again).toBe(first);
    expect(conflict).toEqual([409, 'idempotency_conflict', expect.stringContaining('another event')]);
  });

  test('says what is wrong with a request', async () => {
    const [status, code, errors] = await php<[number, string, { path: string; message: string }[]]>(
      `${NEW_CLIENT}
      try { $client->emit('nothing.happened', []); } catch (Posthorn\\Exception\\ApiException $e) {
        echo json_encode([$e->status, $e->errorCode, $e->errors]);
      }`,
      urpa(),
    );
    expect([status, code]).toEqual([422, 'invalid_request']);
    expect(errors).toMatchObject([{ path: 'event', message: expect.stringContaining('unknown event type') }]);
  });

  test('emits any number of events in batches, and returns a result for each in order', async () => {
    const before = await countEvents();
    const results = await php<(Accepted | { code: string; detail: string })[]>(
      `${NEW_CLIENT}
      $client->emit('contact.created', ['id' => 'taken'], 'taken');
      $events = (function () {
        for ($n = 0; $n < 2500; $n++) {
          yield new Posthorn\\Event('contact.created', ['id' => $n], $n === 1200 ? 'taken' : null);
        }
      })();
      echo json_encode($client->emitBatch($events));`,
      urpa(),
    );
    expect(results).toHaveLength(2_500);
    expect(results[1_200]).toMatchObject({ code: 'idempotency_conflict' });
    expect(await countEvents()).toBe(before + 2_500);
    const { id } = results[2_400] as Accepted;
    const [row] = await system.sql('select body from events where id = $1', [id]);
    expect(row!['body']).toContain('{"id":2400}');
  });

  test.each([
    [['drop the request', 'answer 503', 'answer 429'] as const, 4],
    [['drop the answer', 'never answer'] as const, 3],
  ])('repeats a request after %j, and the event is stored once', async (faults, requests) => {
    proxy.faults = [...faults];
    const before = await countEvents();
    const emit = `${NEW_CLIENT} echo json_encode($client->emit('contact.created', ['id' => 1]));`;
    const { id } = await php<Accepted>(emit, urpa(proxy.url));
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(proxy.count).toBe(requests);
    expect(await countEvents()).toBe(before + 1);
  });

  test('a batch whose answer was lost is stored once', async () => {
    proxy.faults = ['drop the answer'];
    const before = await countEvents();
    const results = await php<Accepted[]>(
      `${NEW_CLIENT}
      $event = fn ($id) => new Posthorn\\Event('contact.created', ['id' => $id]);
      echo json_encode($client->emitBatch([$event(1), $event(2), $event(3)]));`,
      urpa(proxy.url),
    );
    expect(results).toHaveLength(3);
    expect(await countEvents()).toBe(before + 3);
  });

  test('gives up after its tries, with an exception that says why', async () => {
    const emit = `${NEW_CLIENT}
      try { $client->emit('contact.created', ['id' => 1]); } catch (Posthorn\\Exception\\PosthornException $e) {
        echo json_encode([get_class($e), $e->getMessage()]);
      }`;
    proxy.faults = Array.from({ length: 9 }, () => 'drop the request' as const);
    const [dropped] = await php<[string, string]>(emit, urpa(proxy.url));
    expect(dropped).toBe('Posthorn\\Exception\\ConnectionException');
    expect(proxy.count).toBe(4);
    const [unreachable, message] = await php<[string, string]>(emit, urpa('http://127.0.0.1:1'));
    expect([unreachable, message]).toEqual([dropped, expect.stringContaining('did not answer')]);
    proxy.faults = [];
    const [refused] = await php<[string, string]>(emit, { ...urpa(proxy.url), key: 'wrong' });
    expect(refused).toBe('Posthorn\\Exception\\ApiException');
  });

  test('reaches every other route', async () => {
    const deliveries = await php<{ data: { event: string }[] }>(
      `${NEW_CLIENT} echo json_encode($client->call('GET', '/webhooks/events', query: ['q' => 'Größe/1', 'limit' => 1]));`,
      urpa(),
    );
    expect(deliveries.data).toMatchObject([{ event: 'contact.created' }]);
  });
});

const LARAVEL = `
  require 'Illuminate/autoload.php';
  $app = new Illuminate\\Foundation\\Application(sys_get_temp_dir());
  putenv('POSTHORN_BASE=' . $in['base']);
  putenv('POSTHORN_KEY=' . $in['key']);
  $app->instance('config', new Illuminate\\Config\\Repository(['queue' => ['default' => 'sync', 'connections' => ['sync' => ['driver' => 'sync']]]]));
  Illuminate\\Support\\Facades\\Facade::setFacadeApplication($app);
  foreach ([
    Illuminate\\Events\\EventServiceProvider::class, Illuminate\\Bus\\BusServiceProvider::class,
    Illuminate\\Queue\\QueueServiceProvider::class, Posthorn\\Laravel\\PosthornServiceProvider::class,
  ] as $provider) $app->register($provider);
  $app->boot();
`;

describe.skipIf(!hasLaravel)('the Laravel package', () => {
  test('its facade emits', async () => {
    const emit = `${LARAVEL} echo json_encode(Posthorn\\Laravel\\Posthorn::emit('contact.created', ['id' => 'facade']));`;
    const { id } = await php<Accepted>(emit, urpa());
    expect(await system.sql('select id from events where id = $1', [id])).toHaveLength(1);
  });

  test('its job goes through a queue, emits once however often it runs, and keeps the time of its dispatch', async () => {
    const before = await countEvents();
    await php(
      `${LARAVEL}
      use Posthorn\\Laravel\\EmitEvent;
      EmitEvent::dispatch('contact.created', ['id' => 'queued'], 'org-7');
      $job = new EmitEvent('contact.created', ['id' => 'twice'], 'org-7', null, new DateTimeImmutable('2026-01-22T10:30:00Z'));
      foreach ([1, 2] as $run) dispatch_sync(unserialize(serialize($job)));
      echo 'true';`,
      of(system.apiUrl + ORGANIZATIONS),
    );
    expect(await countEvents()).toBe(before + 2);
    const [row] = await system.sql(`select org_id, body from events where body like '%"twice"%'`);
    expect(row).toEqual({ org_id: 'org-7', body: expect.stringContaining('"timestamp":"2026-01-22T10:30:00.000Z"') });
  });

  test('its job fails for good when Posthorn refuses the event', async () => {
    const failures = await php<string[]>(
      `${LARAVEL}
      $failures = [];
      $app['events']->listen(Illuminate\\Queue\\Events\\JobFailed::class, function ($failed) use (&$failures) {
        $failures[] = $failed->exception->errorCode;
      });
      Posthorn\\Laravel\\EmitEvent::dispatch('nothing.happened', []);
      echo json_encode($failures);`,
      urpa(),
    );
    expect(failures).toEqual(['invalid_request']);
  });

  test('says which settings are missing', async () => {
    const said = await php<string>(
      `${LARAVEL}
      try { $app->make(Posthorn\\Client::class); } catch (Posthorn\\Exception\\PosthornException $e) { echo json_encode($e->getMessage()); }`,
      { base: '', key: '' },
    );
    expect(said).toBe('Set POSTHORN_BASE and POSTHORN_KEY.');
  });
});

describe.skipIf(!hasCurl)('the samples of the guides', () => {
  test.each(['docs/urpa-integration.md', 'docs/4calls-integration.md'])('of %s emit and verify', async (path) => {
    const samples = findCode(readPage(path), 'php').map((code) =>
      code.replace("'vendor/autoload.php'", `'${AUTOLOAD}'`),
    );
    const emits = samples.find((code) => code.includes('Posthorn\\Client'))!;
    const script = emits.replace('<?php', '').replace('https://posthorn.example', system.apiUrl);
    const env = { ...process.env, POSTHORN_KEY: system.adminKey };
    const id = execFileSync('php', ['-r', script], { env, encoding: 'utf8' });
    const [event] = await system.sql('select body from events where id = $1', [id]);
    const body = String(event!['body']);

    const secret = generateSecret();
    const sample = await startSample(
      'php',
      samples.find((code) => code.includes('Posthorn\\Webhook'))!,
      secret,
    );
    const post = async (signer: Signer) => {
      const signed = { headerPrefix: 'X-URPA-', eventType: 'a.b', deliveryId: id, signer, body, now: new Date() };
      return (await fetch(sample.url, { method: 'POST', headers: deliveryHeaders(signed), body })).status;
    };
    try {
      expect([await post(new Signer(secret)), await post(new Signer(generateSecret()))]).toEqual([204, 401]);
    } finally {
      await sample.stop();
    }
  });
});
