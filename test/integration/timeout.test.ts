import { expect, test } from 'vitest';
import { startReceiver } from '../receiver.ts';
import { System } from '../system.ts';

test("a webhook's own timeout limits its attempts and can be reset", async () => {
  const [system, receiver] = await Promise.all([
    System.start({ env: { POSTHORN_ATTEMPT_TIMEOUT: '5s' } }),
    startReceiver(),
  ]);
  try {
    receiver.answer((_, response) => void setTimeout(() => response.writeHead(200).end(), 2_000));
    const impatient = await system.register(receiver.url, { timeout: 1 });
    const [tooLong] = await system.emit();
    const failed = await system.reaches(tooLong!, 'retrying');
    expect(failed.attempt_history).toMatchObject([
      { status_code: null, error_message: expect.stringContaining('1 s') },
    ]);

    const change = (timeout: unknown) =>
      system.call('PUT', `/api/urpa/integrations/webhooks/${impatient.id}`, { timeout });
    expect(await change(61)).toMatchObject({ status: 422, body: { errors: [{ path: 'timeout' }] } });
    expect(await change(null)).toMatchObject({ status: 200, body: { timeout: null } });
    const [patient] = await system.emit();
    await system.reaches(patient!, 'delivered');
  } finally {
    await Promise.all([system.stop(), receiver.close()]);
  }
});
