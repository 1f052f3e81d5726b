import pg from 'pg';
import { connectOptions } from './connect-options.ts';

/** A database URL does not lead to PostgreSQL sessions. */
export class NoSessionsError extends Error {
  override readonly name = 'NoSessionsError';

  constructor(variable: string) {
    super(
      `${variable} leads to a connection pooler that shares sessions among its clients. Posthorn needs sessions of its own: ` +
        'connect to PostgreSQL directly, or have the pooler work by sessions (PgBouncer: pool_mode = session)',
    );
  }
}

const LIMIT_MS = 5_000;
const ROUNDS = 10;

/**
 * Checks that a connection is one PostgreSQL session for its whole life. Behind a pooler in transaction
 * or statement mode, two connections share a session, or one connection uses two: one
 * of these shows within a few queries. `variable` names the URL in the message.
 * @throws NoSessionsError, or the error of an attempt to connect
 */
export async function requireSessions(databaseUrl: string, variable = 'DATABASE_URL'): Promise<void> {
  const [one, other] = [createClient(databaseUrl), createClient(databaseUrl)];
  try {
    await one.connect();
    await other.connect();
    const [ofOne, ofOther] = await Promise.all([sessionOf(one), sessionOf(other)]);
    const shared = [ofOne === ofOther];
    for (let round = 0; round < ROUNDS; round++) {
      shared.push(
        (await sessionOf(one)) !== ofOne,
        (await sessionOf(one)) !== ofOne,
        (await sessionOf(other)) !== ofOther,
      );
    }
    if (shared.includes(true)) throw new NoSessionsError(variable);
  } finally {
    await Promise.all([one.end(), other.end()]);
  }
}

function createClient(databaseUrl: string): pg.Client {
  const client = new pg.Client(
    connectOptions(databaseUrl, {
      connectionTimeoutMillis: LIMIT_MS,
      query_timeout: LIMIT_MS,
      application_name: 'posthorn start',
    }),
  );
  client.on('error', () => {});
  return client;
}

async function sessionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]!.pid;
}
