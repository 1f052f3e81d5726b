import type pg from 'pg';
import type { SecretBox } from '../secrets.ts';

const SAMPLE = 'posthorn';
/** So many stored secrets are tried before the first sample is sealed: some may be of an older key that was lost. */
const TRIED = 100;

type Database = Pick<pg.Pool, 'query'>;

/** The master key is not the one that this database's secrets were sealed with. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';

  constructor() {
    super(
      'POSTHORN_MASTER_KEY is not the key that the secrets in this database were sealed with: set the right one (docs/operations.md, Keys)',
    );
  }
}

/**
 * Opens the sealed sample in the database; seals it where there is none and the key opens what is stored. Of processes that start at once
 * with different keys, one seals and the others do not fit.
 * @throws MasterKeyError when the key is another one
 */
export async function requireMasterKey(database: Database, box: SecretBox): Promise<void> {
  const sealed = (await readSample(database)) ?? (await sealSample(database, box));
  if (!opens(box, sealed)) throw new MasterKeyError();
}

async function readSample(database: Database): Promise<Buffer | null> {
  const { rows } = await database.query<{ sealed: Buffer }>(SAMPLE_SEALED);
  return rows[0]?.sealed ?? null;
}

async function sealSample(database: Database, box: SecretBox): Promise<Buffer> {
  const { rows } = await database.query<{ secret: Buffer }>(SECRETS);
  if (rows.length > 0 && !rows.some(({ secret }) => opens(box, secret))) throw new MasterKeyError();
  await database.query(SEAL, [box.seal(SAMPLE)]);
  return (await readSample(database))!;
}

const SAMPLE_SEALED = 'select sealed from master_key_sample where sealed is not null';

/** None where the operator has accepted a new key. */
const SECRETS = `
  select secret from webhooks where deleted_at is null and not exists (select from master_key_sample)
  order by updated_at desc limit ${TRIED}`;

const SEAL = `
  insert into master_key_sample as s (sealed) values ($1)
  on conflict (only_one) do update set sealed = excluded.sealed where s.sealed is null`;

function opens(box: SecretBox, sealed: Buffer): boolean {
  try {
    box.open(sealed);
    return true;
  } catch {
    return false;
  }
}
