import { ApiError, ConnectionError, Posthorn } from '../clients/typescript/src/index.ts';
import { readOptions } from './demo/options.ts';
import { printLine } from './demo/print.ts';
import { startReceiver } from './demo/receiver.ts';
import { awaitSchedule, ENDPOINTS, emitAll, registerAll, retryByHand, type Demo } from './demo/scenes.ts';
import { OperatorError } from './embedded/operator-error.ts';

/** Shows deliveries, signatures and retries on a running Posthorn. Deletes its webhooks at the end. */
async function play(demo: Demo): Promise<void> {
  const shaky = await emitAll(demo, await registerAll(demo));
  await retryByHand(demo, shaky.get('contact.created') ?? '');
  await awaitSchedule(demo, shaky.get('contact.updated') ?? '');
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(signal, () => resolve());
  });
}

async function main(): Promise<void> {
  const { url, key } = readOptions(process.argv.slice(2), process.env);
  const posthorn = new Posthorn({ url, key, retries: { tries: 1 } });
  const receiver = await startReceiver(ENDPOINTS);
  const demo: Demo = { posthorn, receiver, undo: [] };
  console.log(`Posthorn at ${url}`);
  try {
    await Promise.race([play(demo), stopRequested()]);
  } finally {
    for (const remove of demo.undo) await remove().catch(() => undefined);
    receiver.close();
  }
  console.log();
  printLine(`The demo's webhooks are deleted again; what they got stays in the history at ${url}.`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof ConnectionError) {
    console.error(`${error.message}; is "npm start" running? --url takes another address.`);
  } else console.error(error instanceof OperatorError || error instanceof ApiError ? error.message : error);
  process.exit(1);
}
