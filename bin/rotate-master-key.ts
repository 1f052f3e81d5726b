import { readConfig } from '../core/config.ts';
import { requireMasterKey } from '../core/db/master-key.ts';
import { createPool } from '../core/db/pool.ts';
import { rotateMasterKey, type MasterKeyRotation } from '../core/db/rotate-master-key.ts';
import { createSecretBox } from '../core/secrets.ts';

/**
 * Encrypts what the database keeps secret with the first of the master keys (docs/operations.md, Keys).
 * @throws ConfigError, MasterKeyError
 */
export async function rotate(env: NodeJS.ProcessEnv, onPart: (webhooks: number) => void): Promise<MasterKeyRotation> {
  const { databaseUrl, masterKeys } = readConfig(env);
  const pool = createPool(databaseUrl, { max: 1 });
  try {
    const box = createSecretBox(...masterKeys);
    await requireMasterKey(pool, box);
    return await rotateMasterKey(pool, box, onPart);
  } finally {
    await pool.end();
  }
}

async function main(): Promise<number> {
  const { webhooks, unreadable } = await rotate(process.env, (count) => console.log(`${count} webhooks …`));
  console.log(`Everything is encrypted with the first master key; ${webhooks} webhooks were changed.`);
  if (unreadable.length === 0) return 0;
  console.error(
    `${unreadable.length} webhooks have a secret, header or private key that none of the keys decrypts. Set them by PUT:\n${unreadable.join('\n')}`,
  );
  return 1;
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
}
