import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { listen, LOOPBACK, makeSender, sendTo, serve } from '../../test/local-servers.ts';
import { describeError } from './failure-text.ts';
import { createSender } from './send.ts';

describe('a request', () => {
  it('is a POST with the headers and the bytes given, and no others of note', async () => {
    let seen: { method?: string | undefined; url?: string | undefined; headers: Record<string, unknown>; body: string };
    const url = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        seen = { method: request.method, url: request.url, headers: request.headers, body };
        response.end('thanks');
      });
    });
    const headers = { 'content-type': 'application/json', 'X-URPA-Event': 'contact.created' };
    const result = await makeSender().send({ url: `${url}?a=b#c`, headers, body: '{"a":"\\u00e9"}' });
    expect(seen!).toEqual({
      method: 'POST',
      url: '/hook?a=b',
      headers: {
        host: new URL(url).host,
        connection: 'keep-alive',
        'content-type': 'application/json',
        'x-urpa-event': 'contact.created',
        'accept-encoding': 'identity',
        'content-length': '14',
      },
      body: '{"a":"\\u00e9"}',
    });
    expect(result).toMatchObject({ statusCode: 200, responseBody: 'thanks', errorMessage: null });
    expect(result.startedAt).toBeInstanceOf(Date);
    expect(Number.isInteger(result.durationMs)).toBe(true);
  });

  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const sender = makeSender();
    for (let count = 0; count < 20; count += 1) await sender.send({ url, headers: {}, body: '{}' });
    // An attempt ends a moment before its connection is free again, so the next one may open a second.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('fails, and does not throw, when a header cannot be sent', async () => {
    const result = await makeSender().send({ url: await serve(() => undefined), headers: { a: 'b\nc' }, body: '' });
    expect(result).toMatchObject({ statusCode: null, errorMessage: expect.stringContaining('header') as string });
  });
});

describe('an answer', () => {
  it.each([
    [200, null],
    [201, null],
    [204, null],
    [299, null],
    [300, 'status 300'],
    [304, 'status 304'],
    [400, 'status 400'],
    [410, 'status 410'],
    [429, 'status 429'],
    [500, 'status 500'],
    [503, 'status 503'],
  ])('with status %i is %s', async (status, errorMessage) => {
    const result = await sendTo(await serve((_, response) => response.writeHead(status, { 'retry-after': '7' }).end()));
    expect(result).toMatchObject({ statusCode: status, errorMessage, responseBody: '' });
    expect(result.responseHeaders?.['retry-after']).toBe('7');
  });

  it('with a redirect is not followed, and its secrets are not shown', async () => {
    let requests = 0;
    const target = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const { host } = new URL(target);
    const location = `http://user:pw@${host}/next?token=s3cret`;
    const result = await sendTo(await serve((_, response) => response.writeHead(302, { location }).end()));
    expect(result.errorMessage).toBe(`redirect to http://${host}/next?[redacted] not followed (302)`);
    expect(JSON.stringify(result)).not.toMatch(/s3cret|user:pw/);
    expect(requests).toBe(0);
  });

  it('may have provisional ones before it', async () => {
    const url = await serve((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeProcessing();
      response.end('done');
    });
    expect(await sendTo(url)).toMatchObject({ statusCode: 200, responseBody: 'done', errorMessage: null });
  });

  it('loses header values that may be secret', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, {
        'Set-Cookie': ['a=1', 'b=2'],
        Authorization: 'x',
        'WWW-Authenticate': 'x',
        'X-Api-Key': 'x',
        'X-Csrf-Token': 'x',
        'X-Signature': 'x',
        'X-Request-Id': ['1', '2'],
        ['__proto__']: 'y',
      });
      response.end();
    });
    const { responseHeaders } = await sendTo(url);
    expect(responseHeaders).toMatchObject({ 'x-request-id': '1, 2', connection: 'keep-alive' });
    for (const name of [
      'set-cookie',
      'authorization',
      'www-authenticate',
      'x-api-key',
      'x-csrf-token',
      'x-signature',
    ]) {
      expect(responseHeaders?.[name], name).toBe('[redacted]');
    }
  });

  it('is kept as text that PostgreSQL can hold', async () => {
    const bytes = Buffer.concat([Buffer.from('a\0b é 😀 '), Buffer.from([0xff, 0xed, 0xa0, 0x80])]);
    const { responseBody } = await sendTo(await serve((_, response) => response.end(bytes)));
    expect(responseBody).toMatch(/^ab é 😀 \ufffd+$/);
    expect(responseBody?.isWellFormed()).toBe(true);
  });

  it('of exactly 16 KiB is read whole', async () => {
    const result = await sendTo(await serve((_, response) => response.end('x'.repeat(16_384))));
    expect(result).toMatchObject({ responseBody: 'x'.repeat(16_384), errorMessage: null });
  });

  it('that is longer is cut at 16 KiB, not within a character, and a new connection serves the next attempt', async () => {
    const url = await serve((_, response) => response.end(`x${'é'.repeat(20_000)}`));
    const sender = makeSender();
    for (let count = 0; count < 3; count += 1) {
      const { responseBody, errorMessage } = await sender.send({ url, headers: {}, body: '' });
      expect(errorMessage).toBeNull();
      expect(responseBody).toBe(`x${'é'.repeat(8_191)}`);
    }
  });

  it('of a gigabyte neither delays the outcome nor is read', async () => {
    let written = 0;
    let closed: () => void;
    const end = new Promise<void>((resolve) => (closed = resolve));
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 30) });
      const chunk = Buffer.alloc(65_536, 'y');
      const write = () => {
        while (written < 2 ** 30 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', write).on('close', closed);
      write();
    });
    const result = await sendTo(url);
    expect(result).toMatchObject({ statusCode: 200, errorMessage: null });
    expect(result.responseBody).toHaveLength(16_384);
    await end;
    expect(written).toBeLessThan(2 ** 26);
  });

  it('that was compressed unasked is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const url = await serve((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(await sendTo(url)).toMatchObject({ statusCode: 200, responseBody: '[not shown: gzip]', errorMessage: null });
  });
});

describe('no connection', () => {
  it('says who refused it', async () => {
    const server = createTcpServer();
    const url = await listen(server);
    server.close();
    expect((await sendTo(url)).errorMessage).toBe(`connection refused by ${new URL(url).host}`);
  });

  it('does not tell the internal address that a name leads to', async () => {
    const server = createTcpServer();
    const url = new URL(await listen(server));
    server.close();
    url.hostname = 'inside.example';
    const inside = { address: '127.0.0.1', family: 4 };
    for (const addresses of [[inside], [inside, { address: '127.0.0.2', family: 4 }]]) {
      const { errorMessage } = await sendTo(url.toString(), { resolve: () => Promise.resolve(addresses) });
      expect(errorMessage).toBe('connection refused');
    }
  });

  it('nor that of this machine', () => {
    const details = { code: 'EACCES', syscall: 'connect', address: '10.0.0.1', port: 80 };
    const error = Object.assign(new Error('connect EACCES 10.0.0.1:80 - Local (10.0.0.2:0)'), details);
    expect(describeError(error, 5_000)).toBe('could not connect (EACCES)');
  });

  it('gives up on DNS after the limit for connecting', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const result = await sendTo('http://slow.example/', { resolve, connectTimeoutMs: 200 });
    expect(result.errorMessage).toBe('could not connect within 0.2 s');
  });

  it('gives up on DNS after the limit for the attempt, should that be shorter', async () => {
    const resolve = () => new Promise<never>(() => undefined);
    const result = await sendTo('http://slow.example/', { resolve, attemptTimeoutMs: 100, connectTimeoutMs: 300 });
    expect(result.errorMessage).toBe('no connection within 0.1 s');
  });

  it('says that a name is unknown', async () => {
    expect((await sendTo('http://posthorn.invalid/')).errorMessage).toMatch(
      /^DNS (knows no host|did not answer for) posthorn/,
    );
    const resolve = () => Promise.resolve([]);
    expect((await sendTo('http://empty.example/', { resolve })).errorMessage).toBe('empty.example has no address');
  });
});

describe('close', () => {
  it('waits for attempts in flight, and sends nothing afterwards', async () => {
    const url = await serve((_, response) => setTimeout(() => response.end('late'), 100));
    const sender = createSender({ allowlist: LOOPBACK });
    const request = { url, headers: {}, body: '' };
    const inFlight = sender.send(request);
    await sender.close();
    expect((await inFlight).responseBody).toBe('late');
    expect((await sender.send(request)).errorMessage).toBe('not sent: the sender is closed');
  });
});

it('does not let one receiver that hangs hold up another', async () => {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const hanging = await serve((_, response) => void released.then(() => response.end()));
  const prompt = await serve((_, response) => response.end());
  const sender = makeSender();
  let ended = 0;
  const slow = Array.from({ length: 300 }, async () => {
    const result = await sender.send({ url: hanging, headers: {}, body: '' });
    ended++;
    return result;
  });
  const fast = await sender.send({ url: prompt, headers: {}, body: '' });
  expect(fast.errorMessage).toBeNull();
  expect(ended).toBe(0);
  release();
  for (const { errorMessage } of await Promise.all(slow)) expect(errorMessage).toBeNull();
});
