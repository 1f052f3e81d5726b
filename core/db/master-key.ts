import type pg from 'pg';
import type { SecretBox } from '../secrets.ts';

const SAMPLE = 'posthorn';
/** Stored secrets that are tried before the first sample is sealed: some may have been encrypted with a lost key. */
const TRIED = 100;

type Database = Pick<pg.Pool, 'query'>;

/** The master key does not decrypt the secrets of this database. */
export class MasterKeyError extends Error {
  override readonly name = 'MasterKeyError';

  constructor() {
    super(
      'POSTHORN_MASTER_KEY is not the key that the secrets in this database were sealed with: set the right one (docs/operations.md, Keys)',
    );
  }
}

/**
 * Decrypts the sample in the database; creates it if there is none and the key decrypts the stored secrets. If processes with different keys start
 * at once, one creates the sample and the others fail.
 * @throws MasterKeyError when the key is another one
 */
export async function requireMasterKey(database: Database, box: SecretBox): Promise<void> {
  const sealed = (await readSample(database)) ?? (await sealSample(database, box));
  if (!opens(box, sealed)) throw new MasterKeyError();
}

/** Whether the key decrypts the sample, without storing one; null if there is none yet. */
export async function checkMasterKey(database: Database, box: SecretBox): Promise<boolean | null> {
  const sealed = await readSample(database);
  return sealed && opens(box, sealed);
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

/** Null if the operator has accepted a new key. */
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
