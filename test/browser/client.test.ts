import { fileURLToPath } from 'node:url';
import { build, type Rollup } from 'vite';
import { describe, expect } from 'vitest';
import { test } from './dashboard.ts';

const ENTRY = fileURLToPath(new URL('../../clients/typescript/src/index.ts', import.meta.url));

/** The client as a script that sets the global `client`. */
async function bundle(): Promise<string> {
  const lib = { entry: ENTRY, formats: ['iife' as const], name: 'client' };
  const results = await build({ configFile: false, logLevel: 'error', build: { lib, write: false } });
  return (results as Rollup.RollupOutput[])[0]!.output[0].code;
}

describe('the client in a browser', () => {
  test('emits, reads and verifies', async ({ page, system, receiver }) => {
    const { secret } = await system.register(receiver.url);
    await page.goto('/');
    const script = await bundle();
    const run = (code: string, input: unknown) =>
      page.evaluate(
        `${script};(async ({ url, key, input }) => { ${code} })(${JSON.stringify({ url: system.apiUrl, key: system.adminKey, input })})`,
      );
    const id = await run(
      `const { urpa } = new client.Posthorn({ url, key });
       const { deliveries } = await urpa.events.emit('activity.created', { id: input });
       return (await urpa.deliveries.get(deliveries[0].id)).id;`,
      'Größe/1',
    );
    await system.reaches(id as string, 'delivered');
    const [arrival] = receiver.of(id as string);
    const verified = await run(
      `const { body, headers, secret } = input;
       const refused = await client.verify(body, headers, 'another secret of mine').catch((error) => error.name);
       return [(await client.verify(body, headers, secret)).data.id, refused];`,
      { ...arrival, secret },
    );
    expect(verified).toEqual(['Größe/1', 'InvalidSignatureError']);
  });
});
