import { createServer as createHttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { listen, makeSender } from '../../test/local-servers.ts';
import { describeError } from './failure-text.ts';

const server = makeCertificate(['hook.example']);
const [first, second, unknown] = ['first.example', 'second.example', 'unknown.example'].map((name) =>
  makeCertificate([name]),
);
/** With TLS 1.3, a client learns only afterwards that its certificate is refused. */
const CLOSED = 'the connection was closed';
const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

/** A receiver that trusts two certificates; returns its URL, and whose certificate each request and connection showed. */
async function serve() {
  const seen: { name: string | undefined; port: number | undefined }[] = [];
  const options = { ...server, requestCert: true, rejectUnauthorized: true, ca: [first!.cert, second!.cert] };
  const url = await listen(
    createHttpsServer(options, ({ socket }, response) => {
      const name = (socket as TLSSocket).getPeerCertificate().subject.CN as string | undefined;
      seen.push({ name, port: socket.remotePort });
      response.end('ok');
    }),
  );
  return { url: url.replace('http://127.0.0.1', 'https://hook.example'), seen };
}

it('each webhook shows its own certificate, on connections of its own', async () => {
  const { url, seen } = await serve();
  const sender = makeSender({ resolve, egress: { ca: server.cert } });
  for (const clientCertificate of [first, second, first, second, first]) {
    const result = await sender.send({ url, headers: {}, body: '{}', clientCertificate: clientCertificate! });
    expect(result).toMatchObject({ statusCode: 200, errorMessage: null });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen.map(({ name }) => name)).toEqual([
    'first.example',
    'second.example',
    'first.example',
    'second.example',
    'first.example',
  ]);
  const portsOf = (wanted: string) => new Set(seen.filter(({ name }) => name === wanted).map(({ port }) => port));
  expect([...portsOf('first.example')].filter((port) => portsOf('second.example').has(port))).toEqual([]);
});

it('without a certificate that the receiver trusts, it gets nothing', async () => {
  const { url, seen } = await serve();
  const sender = makeSender({ resolve, egress: { ca: server.cert } });
  expect(await sender.send({ url, headers: {}, body: '{}' })).toMatchObject({
    statusCode: null,
    errorMessage: CLOSED,
  });
  const { errorMessage } = await sender.send({ url, headers: {}, body: '{}', clientCertificate: unknown! });
  expect(errorMessage).toBe(CLOSED);
  expect(seen).toEqual([]);
});

it.each([
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'TLS: the receiver asks for a client certificate that it trusts'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'TLS: the receiver asks for a client certificate that it trusts'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'TLS: the receiver refused the handshake (handshake failure)'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS: the receiver has no version that is allowed here'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS: the receiver did not answer as a TLS server'],
])('%s is explained', (code, message) => {
  expect(describeError(Object.assign(new Error('x'), { code }), 5_000)).toBe(message);
});
