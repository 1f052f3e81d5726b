import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { createConnectProxy } from '../../test/connect-proxy.ts';
import { drip, listen, makeSender, sendTo, serve, serveRaw } from '../../test/local-servers.ts';

const { key, cert } = makeCertificate(['hook.example', 'localhost']);

const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const ok: RequestListener = (_, response) => void response.end('ok');

/** Returns a URL of hook.example. */
async function serveTls(options: ServerOptions = {}, listener = ok): Promise<string> {
  const url = new URL(await listen(createHttpsServer({ key, cert, ...options }, listener)));
  return `https://hook.example:${url.port}/hook`;
}

async function startProxy(refuse?: (socket: Socket) => boolean) {
  const { server, tunnels } = createConnectProxy(refuse);
  const { port } = new URL(await listen(server));
  return { proxy: new URL(`http://me:p%40ss@127.0.0.1:${port}`), tunnels };
}

describe('through a proxy', () => {
  it('each connection is a tunnel to the checked address, and is kept', async () => {
    const { proxy, tunnels } = await startProxy();
    const [plain, secure] = [await serve(ok), await serveTls()];
    const named = plain.replace('127.0.0.1', 'plain.example');
    const sender = makeSender({ resolve, egress: { proxy, ca: cert } });
    for (const url of [plain, named, secure, secure, secure]) {
      const result = await sender.send({ url, headers: {}, body: '{}' });
      expect(result).toMatchObject({ statusCode: 200, responseBody: 'ok', errorMessage: null });
      await new Promise((resolve) => setImmediate(resolve));
    }
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    const to = (url: string) => ({ authority: `127.0.0.1:${new URL(url).port}`, authorization });
    expect(tunnels.slice(0, 3)).toEqual([to(plain), to(plain), to(secure)]);
    expect(tunnels.length).toBeLessThanOrEqual(4);
  });

  it('the certificate is checked as usual', async () => {
    const { proxy } = await startProxy();
    const url = await serveTls();
    expect((await sendTo(url, { resolve, egress: { proxy } })).errorMessage).toBe('TLS certificate: self-signed');
    const other = url.replace('hook.example', 'other.example');
    const { errorMessage } = await sendTo(other, { resolve, egress: { proxy, ca: cert } });
    expect(errorMessage).toBe('TLS certificate: made for another host name');
  });

  it('the guard decides before the proxy hears of anything', async () => {
    const { proxy, tunnels } = await startProxy();
    const refused = await sendTo('http://10.0.0.1/', { egress: { proxy } });
    expect(refused.errorMessage).toContain('refused: 10.0.0.1 is');
    const internal = () => Promise.resolve([{ address: '10.0.0.1', family: 4 }]);
    const named = await sendTo('http://hook.example/', { resolve: internal, egress: { proxy } });
    expect(named.errorMessage).toBe('refused: hook.example leads to an address that is not allowed');
    expect(tunnels).toEqual([]);
  });

  it.each([
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'the egress proxy does not allow this receiver or port (403)'],
    ['HTTP/1.1 407 Authentication\r\n\r\n', 'the egress proxy wants other credentials (407)'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'the egress proxy could not connect (502)'],
    ['SSH-2.0-OpenSSH_9.6\r\n', 'the egress proxy does not answer as an HTTP proxy'],
  ])('the history says why %j is no tunnel', async (answer, message) => {
    const proxy = new URL(await serveRaw((socket) => socket.end(answer)));
    expect(await sendTo('http://127.0.0.1:9/', { egress: { proxy } })).toMatchObject({
      statusCode: null,
      errorMessage: message,
    });
  });

  it('a proxy that is away, silent or endless fails the attempt in time, and is not named', async () => {
    const away = new URL('http://127.0.0.1:1');
    const { errorMessage } = await sendTo('http://127.0.0.1:9/', { egress: { proxy: away } });
    expect(errorMessage).toBe('the egress proxy cannot be reached (ECONNREFUSED)');
    const silent = new URL(await serveRaw(() => {}));
    const endless = new URL(await serveRaw((socket) => drip(socket, `x-${'a'.repeat(100)}: b\r\n`)));
    for (const proxy of [silent, endless]) {
      const result = await sendTo('http://127.0.0.1:9/', { egress: { proxy }, connectTimeoutMs: 300 });
      expect(result.errorMessage).toMatch(
        /^(no connection through the egress proxy within 0.3 s|the egress proxy does)/,
      );
    }
  });

  it('the proxy may speak TLS itself', async () => {
    const { server, tunnels } = createConnectProxy();
    const secure = createHttpsServer({ key, cert });
    secure.on('connect', (...args) => server.emit('connect', ...args));
    const { port } = new URL(await listen(secure));
    const proxy = new URL(`https://localhost:${port}`);
    const url = await serve(ok);
    const refused = await sendTo(url, { egress: { proxy } });
    expect(refused.errorMessage).toBe('the egress proxy cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)');
    expect(tunnels).toEqual([]);
    expect(await sendTo(url, { egress: { proxy, ca: cert } })).toMatchObject({ statusCode: 200, errorMessage: null });
    expect(tunnels).toHaveLength(1);
  });
});

it('connections come from the source address, and only its family is reached', async () => {
  const seen: (string | undefined)[] = [];
  const url = await listen(
    createServer((request, response) => {
      seen.push(request.socket.remoteAddress);
      response.end();
    }),
  );
  const egress = { localAddress: '127.0.0.2' };
  await sendTo(url, { egress });
  await sendTo(url.replace('127.0.0.1', 'hook.example'), { egress, resolve });
  expect(seen).toEqual(['127.0.0.2', '127.0.0.2']);
  const only6 = () => Promise.resolve([{ address: '2606:4700::1111', family: 6 }]);
  const { errorMessage } = await sendTo('http://hook.example/', { egress, resolve: only6 });
  expect(errorMessage).toBe('hook.example has no IPv4 address');
  expect((await sendTo('http://[2606:4700::1111]/', { egress })).errorMessage).toBe(
    '2606:4700::1111 has no IPv4 address',
  );
});

it('authorities can be added, and older versions of TLS refused', async () => {
  const url = await serveTls({ maxVersion: 'TLSv1.2' });
  expect((await sendTo(url, { resolve })).errorMessage).toBe('TLS certificate: self-signed');
  expect(await sendTo(url, { resolve, egress: { ca: cert } })).toMatchObject({ statusCode: 200 });
  const { errorMessage } = await sendTo(url, { resolve, egress: { ca: cert, minTlsVersion: 'TLSv1.3' } });
  expect(errorMessage).toBe('TLS: the receiver has no version that is allowed here');
});
