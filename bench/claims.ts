import { CLAIM_DUE } from '../delivery/claim/claim-statements.ts';
import { CLAIM_BYTES } from '../delivery/claim/payloads.ts';
import { stopChild } from './children.ts';
import { readClock } from './clock.ts';
import { takeNumbers } from './events.ts';
import { emitMany } from './held.ts';
import { URPA } from './owner.ts';
import type { Posthorn } from './posthorn.ts';
import { percentile } from './statistics.ts';

const DUE = 2_000;
const CLAIMED = 256;
const CLAIMS = 50;
const NOBODY = '00000000-0000-7000-8000-000000000000';

/** The duration of a dispatcher's claim while enough deliveries are due, in milliseconds (p50). The workers are stopped meanwhile. */
export async function measureClaim(posthorn: Posthorn): Promise<number> {
  await Promise.all(posthorn.workers.map((worker) => stopChild(worker)));
  await emitMany(posthorn, URPA, takeNumbers(DUE));
  const times: number[] = [];
  const client = await posthorn.database.connect();
  try {
    for (let count = 0; count < CLAIMS; count++) {
      await client.query('begin');
      const begun = readClock();
      const { rows } = await client.query({ ...CLAIM_DUE, values: [NOBODY, CLAIMED, -Infinity, CLAIM_BYTES] });
      times.push(readClock() - begun);
      await client.query('rollback');
      if (rows.length !== CLAIMED) throw new Error(`${rows.length} were claimed`);
    }
  } finally {
    client.release();
  }
  await posthorn.addWorker();
  await posthorn.targetOf(URPA).settle();
  return percentile(times, 50);
}
