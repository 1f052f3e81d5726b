import type pg from 'pg';
import { resealOptions, type StoredOptions } from '../options/index.ts';
import type { SecretBox } from '../secrets.ts';

/** Webhooks of one statement: their rows are locked for its duration. */
const PART = 200;

export interface MasterKeyRotation {
  /** How many webhooks had something that an older key had encrypted. */
  webhooks: number;
  /** Those of which something does not decrypt with any of the keys. */
  unreadable: string[];
}

interface Row {
  id: string;
  secret: Buffer;
  previous_secret: Buffer | null;
  options: string;
}

type Resealed = Row & { before: Row };

/**
 * Encrypts all webhook secrets and header values with the first master key, and the sample too, so that a process without this key does not
 * start any more. Runs beside everything else: it locks a few webhooks for a moment, and what changes meanwhile is left to another pass.
 */
export async function rotateMasterKey(
  pool: pg.Pool,
  box: SecretBox,
  onPart: (webhooks: number) => void = () => {},
): Promise<MasterKeyRotation> {
  let webhooks = 0;
  for (;;) {
    const unreadable: string[] = [];
    const changed = await passOver(pool, box, unreadable, (count) => onPart((webhooks += count)));
    if (changed > 0) continue;
    await resealSample(pool, box);
    return { webhooks, unreadable };
  }
}

/** Returns how many webhooks it found that an older key had encrypted. */
async function passOver(
  pool: pg.Pool,
  box: SecretBox,
  unreadable: string[],
  onPart: (stored: number) => void,
): Promise<number> {
  let found = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await pool.query<Row>(NEXT, [after]);
    if (rows.length === 0) return found;
    after = rows.at(-1)!.id;
    const changes = rows.flatMap((row) => resealRow(row, box, unreadable));
    found += changes.length;
    if (changes.length > 0) onPart(await store(pool, changes));
  }
}

function resealRow(before: Row, box: SecretBox, unreadable: string[]): Resealed[] {
  try {
    const secret = resealSecret(before.secret, box);
    const previous = before.previous_secret && resealSecret(before.previous_secret, box);
    const stored = JSON.parse(before.options) as StoredOptions;
    const resealed = resealOptions(stored, box);
    const options = JSON.stringify(resealed) === JSON.stringify(stored) ? before.options : JSON.stringify(resealed);
    const row = { id: before.id, secret, previous_secret: previous, options };
    const isSame = secret === before.secret && previous === before.previous_secret && options === before.options;
    return isSame ? [] : [{ ...row, before }];
  } catch {
    unreadable.push(before.id);
    return [];
  }
}

/** The secret of a deleted webhook was wiped. */
function resealSecret(sealed: Buffer, box: SecretBox): Buffer {
  return sealed.length === 0 ? sealed : (box.reseal(sealed) ?? sealed);
}

/** Returns how many webhooks had not changed meanwhile. */
async function store(pool: pg.Pool, changes: Resealed[]): Promise<number> {
  const columns = [
    changes.map(({ id }) => id),
    changes.map(({ before }) => before.secret),
    changes.map(({ secret }) => secret),
    changes.map(({ before }) => before.previous_secret),
    changes.map(({ previous_secret }) => previous_secret),
  ];
  const { rowCount } = await pool.query(STORE_SECRETS, columns);
  const withOptions = changes.filter(({ options, before }) => options !== before.options);
  if (withOptions.length > 0) {
    await pool.query(STORE_OPTIONS, [
      withOptions.map(({ id }) => id),
      withOptions.map(({ before }) => before.options),
      withOptions.map(({ options }) => options),
    ]);
  }
  return rowCount ?? 0;
}

async function resealSample(pool: pg.Pool, box: SecretBox): Promise<void> {
  const { rows } = await pool.query<{ sealed: Buffer }>(
    'select sealed from master_key_sample where sealed is not null',
  );
  const sealed = rows[0] && box.reseal(rows[0].sealed);
  if (sealed) await pool.query('update master_key_sample set sealed = $1 where sealed = $2', [sealed, rows[0]!.sealed]);
}

const NEXT = `
  select id, secret, previous_secret, options::text as options from webhooks where id > $1 order by id limit ${PART}`;

const STORE_SECRETS = `
  update webhooks w set secret = t.secret, previous_secret = t.previous
  from unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) as t(id, secret_before, secret, previous_before, previous)
  where w.id = t.id and w.secret = t.secret_before and w.previous_secret is not distinct from t.previous_before`;

/** Apart, because it renews the subscriptions (m0020-ordering). */
const STORE_OPTIONS = `
  update webhooks w set options = t.options::jsonb
  from unnest($1::uuid[], $2::text[], $3::text[]) as t(id, options_before, options)
  where w.id = t.id and w.options = t.options_before::jsonb`;
