import pg from 'pg';

/** Kysely releases the connection of a transaction only after these succeeded. A failed COMMIT is followed by a ROLLBACK. */
const KEPT_WHEN_FAILED = /^(begin|start transaction|rollback$)/;

/**
 * A connection of MikroORM's pool. It closes itself if a statement ends without an answer from PostgreSQL, because its state is
 * unknown then, and it leaves the pool if Kysely would keep it forever.
 */
export class OrmClient extends pg.Client {
  /** Set by the pool while the connection is in use. */
  declare release?: pg.PoolClient['release'];

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the overloads of `pg` have no common type
  override query(...given: any[]): any {
    const result: unknown = super.query(...(given as [string]));
    if (result instanceof Promise) result.catch((error: unknown) => this.leave(given[0], error));
    return result;
  }

  private leave(statement: unknown, error: unknown): void {
    if (!(error instanceof pg.DatabaseError)) void this.end();
    if (typeof statement === 'string' && KEPT_WHEN_FAILED.test(statement)) this.release?.(true);
  }
}
