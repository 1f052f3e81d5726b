import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCertificate } from '../../test/certificates.ts';
import { parseAllowlist } from '../guard/guard.ts';
import { createSender, type Sender } from './send.ts';

const { key, cert } = makeCertificate(['hook.example']);
const seen: { servername: string | false; protocol: string | false | null }[] = [];
const servers: Server[] = [];
let sender: Sender;
let port: number;

beforeAll(async () => {
  port = await listen(
    createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (socket: TLSSocket) => {
      seen.push({ servername: (socket as { servername?: string }).servername ?? false, protocol: socket.alpnProtocol });
      socket
        .on('error', () => undefined)
        .once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    }),
  );
  sender = createSender({
    allowlist: parseAllowlist('127.0.0.0/8'),
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
});

afterAll(async () => {
  await sender.close();
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const sendTo = (url: string) => sender.send({ url, headers: {}, body: '{}' });

it('refuses a self-signed certificate', async () => {
  expect((await sendTo(`https://hook.example:${port}/`)).errorMessage).toBe('TLS certificate: self-signed');
  expect((await sendTo(`https://127.0.0.1:${port}/`)).errorMessage).toBe('TLS certificate: self-signed');
  expect(seen).toEqual([]);
});

it('keeps name and verification of the host although it dials the address, and speaks HTTP/1.1', async () => {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  try {
    expect(await sendTo(`https://hook.example:${port}/`)).toMatchObject({ errorMessage: null, responseBody: 'ok' });
    expect(seen).toEqual([{ servername: 'hook.example', protocol: 'http/1.1' }]);
    const { errorMessage } = await sendTo(`https://other.example:${port}/`);
    expect(errorMessage).toBe('TLS certificate: made for another host name');
  } finally {
    setDefaultCACertificates(usual);
  }
});

it('says that the other side does not speak TLS', async () => {
  const plain = await listen(
    createTcpServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    ),
  );
  const { errorMessage } = await sendTo(`https://hook.example:${plain}/`);
  expect(errorMessage).toBe('TLS: the receiver did not answer as a TLS server');
});

it('notices a connection that is closed during the handshake', async () => {
  const closing = await listen(createTcpServer((socket) => socket.once('data', () => socket.end())));
  expect((await sendTo(`https://hook.example:${closing}/`)).errorMessage).toBe('the connection was reset');
});
