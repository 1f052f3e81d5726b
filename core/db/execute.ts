/** Runs one SQL statement with `?` placeholders, inside the caller's transaction, and returns its rows. */
export type Execute = (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>;

/** One statement with its parameters, `$1` and so on. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** Wakes the dispatchers when the transaction commits. */
export async function notifyDue(execute: Execute): Promise<void> {
  await execute(`select pg_notify('posthorn_due', '')`);
}
