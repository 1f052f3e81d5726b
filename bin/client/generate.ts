import { readFile, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { condense, listInstallation } from './condense.ts';
import { readDocument, type Route, type RoutedOperation } from './document.ts';
import { findOwners } from './owners.ts';

const FOLDER = new URL('../../clients/typescript/src/generated/', import.meta.url);
const HEADER = '// Generated from the OpenAPI document by bin/client/generate.ts.\n\n';
const COMMAND = 'node bin/client/generate.ts';

/** The TypeScript client's generated files by name. */
async function generate(): Promise<Record<string, string>> {
  const document = await readDocument();
  const owners = findOwners(document);
  const installation = listInstallation(document);
  const nodes = await openapi(condense(document, [...owners.operations, ...installation]) as never, {
    defaultNonNullable: false,
  });
  const types = astToString(nodes.filter((node) => /interface (operations|components)\b/.test(astToString(node))));
  const routes = [
    ['OWNERS', owners.paths],
    ['OWNER_ROUTES', routesByName(owners.operations)],
    ['ROUTES', routesByName(installation)],
  ].map(([name, value]) => `export const ${name as string} = ${JSON.stringify(value)} as const;\n`);
  const config = (await resolveConfig(new URL('schema.ts', FOLDER)))!;
  const write = (text: string) => format(HEADER + text, { ...config, parser: 'typescript' });
  return { 'schema.ts': await write(types), 'routes.ts': await write(routes.join('\n')) };
}

function routesByName(operations: RoutedOperation[]): Record<string, Route> {
  return Object.fromEntries(operations.map(({ route, operation }) => [operation.operationId, route]));
}

/** Whether the file has this text. */
async function isCurrent([name, text]: [string, string]): Promise<boolean> {
  return (await readFile(new URL(name, FOLDER), 'utf8').catch(() => '')) === text;
}

const files = Object.entries(await generate());
if (process.argv.includes('--check')) {
  for (const file of files) {
    if (await isCurrent(file)) continue;
    console.error(`clients/typescript/src/generated/${file[0]} does not match the API. Run: ${COMMAND}`);
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of files) await writeFile(new URL(name, FOLDER), text);
}
