import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type pg from 'pg';
import type { Execute } from './execute.ts';

const TRIES = 3;
const DEADLOCK = '40P01';

export interface Transaction {
  em: EntityManager;
  execute: Execute;
}

/** Runs `work` in a transaction on one of the pool's connections, which is closed if that fails. */
export async function inPoolTransaction<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Runs `work` in a transaction of a fresh entity manager; again after a deadlock. Its connection
 * returns to the pool, or is closed if its state is unknown (`OrmClient`).
 */
export async function inTransaction<T>(orm: MikroORM, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await orm.em
        .fork()
        .transactional((em) => work({ em, execute: (sql, params = []) => em.execute(sql, params) }));
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK || attempt === TRIES) throw error;
    }
  }
}

/** Runs reads in one snapshot. */
export async function inSnapshot<T>(pool: pg.Pool, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return await inPoolTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return await work(client);
  });
}
