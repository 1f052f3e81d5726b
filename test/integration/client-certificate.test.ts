import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificate } from '../certificates.ts';
import { createConnectProxy, type ConnectProxy } from '../connect-proxy.ts';
import { System } from '../system.ts';

const WEBHOOKS = '/api/urpa/integrations/webhooks';
const client = makeCertificate(['posthorn.example']);
const other = makeCertificate(['other.example']);
const receiving = makeCertificate(['localhost']);

let system: System;
let receiver: Server;
let proxy: ConnectProxy;
let folder: string;
let url: string;
const seen: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-client-certificate-'));
  writeFileSync(join(folder, 'ca.pem'), receiving.cert);
  receiver = createHttpsServer({ ...receiving, requestCert: true, ca: [client.cert] }, ({ socket }, response) => {
    seen.push(String((socket as TLSSocket).getPeerCertificate().subject.CN));
    response.end();
  });
  proxy = createConnectProxy();
  const [port, proxyPort] = await Promise.all([receiver, proxy.server].map(listen));
  url = `https://localhost:${port}/hook`;
  system = await System.start({
    env: {
      POSTHORN_EGRESS_CA_FILE: join(folder, 'ca.pem'),
      POSTHORN_EGRESS_PROXY: `http://127.0.0.1:${proxyPort}`,
      POSTHORN_TARGET_ALLOWLIST: '127.0.0.0/8,::1/128',
    },
  });
});
afterAll(async () => {
  await system.stop();
  for (const server of [receiver, proxy.server]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

async function listen(server: ConnectProxy['server'] | Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function openssl(input: string, ...args: string[]): string {
  return execFileSync('openssl', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
}

const put = (id: string, body: unknown) => system.call('PUT', `${WEBHOOKS}/${id}`, body);

test('attempts show the certificate, through the proxy; the key is encrypted and never shown', async () => {
  const client_certificate = { certificate: client.cert, private_key: client.key };
  const webhook = await system.register(url, { client_certificate });
  expect(webhook).toMatchObject({ client_certificate: { certificate: client.cert, private_key: '[redacted]' } });
  const [delivery] = await system.emit();
  await system.reaches(delivery!, 'delivered');
  expect(seen).toEqual(['posthorn.example']);
  expect(proxy.tunnels[0]?.authority).toBe(`127.0.0.1:${new URL(url).port}`);

  const kept = await put(webhook.id, { client_certificate: { ...client_certificate, private_key: '[redacted]' } });
  expect(kept.status).toBe(200);
  await system.reaches((await system.emit())[0]!, 'delivered');
  const [line] = client.key.split('\n').slice(1);
  const dump = await system.sql(
    `select options::text, (select json_agg(a)::text from audit_log a) as audit from webhooks`,
  );
  expect(JSON.stringify(dump)).not.toContain(line);

  await put(webhook.id, { client_certificate: null });
  const [refused] = await system.emit();
  await system.reaches(refused!, 'retrying');
  expect(seen).toHaveLength(2);
  await system.call('DELETE', `${WEBHOOKS}/${webhook.id}`);
});

test('what does not go together is refused, with the member that is wrong', async () => {
  const { id } = await system.register(url);
  const [header, ...rest] = client.cert.split('\n');
  const encrypted = openssl(client.key, 'pkcs8', '-topk8', '-passout', 'pass:x');
  const key = join(folder, 'key.pem');
  writeFileSync(key, client.key);
  const request = openssl('', 'req', '-new', '-key', key, '-subj', '/CN=old');
  const expired = openssl(request, 'x509', '-req', '-signkey', key, '-days', '-1');
  const cases: [certificate: string, key: string, member: string, message: string][] = [
    [client.cert, other.key, 'private_key', 'does not belong to the certificate'],
    [client.cert, '[redacted]', 'private_key', 'no private key is stored; send it instead of [redacted]'],
    [client.cert, encrypted, 'private_key', 'is encrypted; remove its passphrase first'],
    [client.cert, client.cert, 'private_key', 'must be a private key in PEM'],
    [client.key, client.key, 'certificate', 'must be a certificate in PEM'],
    [[header, 'AAAA', ...rest].join('\n'), client.key, 'certificate', 'is malformed'],
    [expired, client.key, 'certificate', 'expired at 20'],
  ];
  for (const [certificate, private_key, member, message] of cases) {
    const answer = await put(id, { client_certificate: { certificate, private_key } });
    expect(answer).toMatchObject({
      status: 422,
      body: { errors: [{ path: `client_certificate.${member}`, message: expect.stringContaining(message) }] },
    });
    expect(JSON.stringify(answer.body)).not.toContain(private_key.split('\n')[1] ?? '…');
  }
  expect((await system.call('GET', `${WEBHOOKS}/${id}`)).body.client_certificate).toBeNull();
});
