import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { choosePorts, isPortFree } from './ports.ts';

it('chooses free ports outside the range of outgoing connections', async () => {
  const ports = Object.values(await choosePorts({}));
  expect(new Set(ports).size).toBe(3);
  for (const port of ports) {
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_768);
    expect(await isPortFree(port, '127.0.0.1')).toBe(true);
  }
});

it('uses the preferred port unless it is in use', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  expect((await choosePorts({ temporal: port })).temporal).not.toBe(port);
  taken.close();
  await once(taken, 'close');
  expect((await choosePorts({ temporal: port })).temporal).toBe(port);
});
