import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { Execute } from './queries/execute.ts';

const TRIES = 3;
const DEADLOCK = '40P01';

export interface Transaction {
  em: EntityManager;
  execute: Execute;
}

/** Runs `work` in a transaction of a fresh entity manager; once more when PostgreSQL ended it as one side of a deadlock. */
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
