import type { System } from './system.ts';

/** Every place in the system's database and in its workflows that contains the text. */
export async function findLeaks(system: System, text: string): Promise<string[]> {
  return [...(await findInDatabase(system, text)), ...(await findInWorkflows(system, text))];
}

/** Texts, JSON and bytes of every table. */
async function findInDatabase(system: System, text: string): Promise<string[]> {
  const tables = await system.sql(
    `select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const forms = [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64').replace(/=+$/, '')];
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await system.sql(
      `select count(*)::int as count from "${String(name)}" as t, unnest($1::text[]) as form where strpos(t::text, form) > 0`,
      [forms],
    );
    if (row!['count'] !== 0) found.push(String(name));
  }
  return found;
}

async function findInWorkflows(system: System, text: string): Promise<string[]> {
  const { workflow } = await system.temporal();
  const found: string[] = [];
  for await (const { workflowId, runId } of workflow.list({ query: `TaskQueue = '${system.taskQueue}'` })) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    const json = JSON.stringify(history, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    if (json.includes(text)) found.push(`workflow ${workflowId}`);
  }
  return found;
}
