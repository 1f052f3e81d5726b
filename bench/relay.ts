import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

/**
 * The baseline: forwards each POST to the URL in its argument, stores nothing, and responds after the receiver has.
 */
const target = new URL(process.argv[2] ?? '');
const pool = new Pool(target.origin, { connections: 128, pipelining: 1 });

async function forward(body: Buffer): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const answer = await pool.request({ method: 'POST', path: target.pathname, headers, body });
  await answer.body.dump();
  return answer.statusCode;
}

process.once('disconnect', () => process.exit());

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    forward(Buffer.concat(chunks)).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(502).end(),
    );
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
