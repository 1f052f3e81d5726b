import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cleanUps, makeSender, sendTo, serve } from '../../test/local-servers.ts';
import { parseAllowlist, type TargetRefusedError } from '../guard/guard.ts';

describe('a forbidden target', () => {
  it('is refused where the URL shows it', async () => {
    const result = await sendTo('http://10.0.0.1/hook');
    expect(result).toMatchObject({ statusCode: null, responseHeaders: null, responseBody: null });
    expect(result.errorMessage).toBe('refused: 10.0.0.1 is a private address');
    expect((await sendTo('http://169.254.169.254/latest')).errorMessage).toMatch(/cloud metadata/);
  });

  it('is refused where only DNS shows it', async () => {
    const resolve = () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    const refused: { error: TargetRefusedError; delivery: string | undefined }[] = [];
    const sender = makeSender({ resolve, onRefused: (error, delivery) => refused.push({ error, delivery }) });
    const headers = { 'webhook-id': 'the-delivery' };
    const { errorMessage } = await sender.send({ url: 'http://inside.example/', headers, body: '' });
    expect(errorMessage).toBe('refused: inside.example leads to an address that is not allowed');
    expect(refused).toMatchObject([
      {
        error: {
          message: 'inside.example leads to an address that is not allowed',
          reason: '10.0.0.1 is a private address',
        },
        delivery: 'the-delivery',
      },
    ]);
  });

  it('is refused when one of several addresses is forbidden', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.end();
    });
    const resolve = () =>
      Promise.resolve([
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]);
    const { errorMessage } = await sendTo(url.replace('127.0.0.1', 'mixed.example'), { resolve });
    expect(errorMessage).toBe('refused: mixed.example leads to an address that is not allowed');
    expect(requests).toBe(0);
  });

  it('is not reached by a name that changes its address (DNS rebinding)', async () => {
    const reached: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      reached.push(request.socket.localAddress);
      response.setHeader('connection', 'close').end();
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    cleanUps.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    let queries = 0;
    const sender = makeSender({
      allowlist: parseAllowlist('127.0.0.1'),
      resolve: () => Promise.resolve([{ address: ++queries === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
    });
    const send = () => sender.send({ url: `http://rebind.example:${port}/`, headers: {}, body: '' });
    expect((await send()).errorMessage).toBeNull();
    expect(queries).toBe(1);
    expect((await send()).errorMessage).toBe('refused: rebind.example leads to an address that is not allowed');
    expect(queries).toBe(2);
    expect(reached).toEqual(['127.0.0.1']);
  });

  it('asks DNS once for connections opened together', async () => {
    const url = await serve((_, response) => setTimeout(() => response.end(), 20));
    let queries = 0;
    const resolve = async () => {
      queries += 1;
      await new Promise((done) => setTimeout(done, 20));
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const sender = makeSender({ resolve });
    const request = { url: url.replace('127.0.0.1', 'many.example'), headers: {}, body: '' };
    const results = await Promise.all(Array.from({ length: 50 }, () => sender.send(request)));
    expect(results.every(({ errorMessage }) => errorMessage === null)).toBe(true);
    expect(queries).toBe(1);
  });
});
