import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Finding } from '../../cli/doctor/finding.ts';
import { SEARCH_ATTRIBUTES } from '../embedded/temporal.ts';
import { checkVersions } from './check-versions.ts';

const LIMIT_MS = 5_000;
/** gRPC status codes. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;
/** Temporal's numbers for the types of search attributes. */
const TYPES: Record<number, string> = {
  1: 'Text',
  2: 'Keyword',
  3: 'Int',
  4: 'Double',
  5: 'Bool',
  6: 'Datetime',
  7: 'KeywordList',
};

const AWAY =
  'Deliveries and retries go on without Temporal. Start it, or correct TEMPORAL_ADDRESS, TEMPORAL_API_KEY and TEMPORAL_TLS_*.';

/** Checks Temporal: whether it answers, the namespace, its search attributes, and the versions of the workers. */
export async function checkTemporal(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  let connection: Connection | undefined;
  try {
    const strings = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >;
    const { connectionOptions, namespace = 'default' } = loadClientConnectConfig({
      disableFile: true,
      overrideEnvVars: strings,
    });
    const address = connectionOptions.address ?? 'localhost:7233';
    connection = Connection.lazy({ ...connectionOptions, connectTimeout: LIMIT_MS });
    const version = await checkServer(connection, address);
    if (version.level === 'problem') return [version];
    const found = await checkNamespace(connection, namespace);
    if (found.level !== 'ok') return [version, found];
    const taskQueue = env['POSTHORN_TASK_QUEUE'] || 'posthorn';
    const versions = await checkVersions(connection, namespace, taskQueue);
    return [version, found, await checkAttributes(connection, namespace), ...versions];
  } catch (error) {
    return [{ name: 'Temporal', level: 'problem', detail: (error as Error).message, advice: AWAY }];
  } finally {
    await connection?.close();
  }
}

async function checkServer(connection: Connection, address: string): Promise<Finding> {
  try {
    const { serverVersion } = await connection.withDeadline(Date.now() + LIMIT_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return { name: 'Temporal', level: 'ok', detail: `${serverVersion} answers at ${address}` };
  } catch (error) {
    const detail = `does not answer at ${address}: ${(error as Error).message.split('\n')[0]}`;
    return { name: 'Temporal', level: 'problem', detail, advice: AWAY };
  }
}

async function checkNamespace(connection: Connection, namespace: string): Promise<Finding> {
  try {
    await connection.withDeadline(Date.now() + LIMIT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return { name: 'namespace', level: 'ok', detail: `${namespace} exists` };
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    const isMissing = code === NOT_FOUND;
    const detail = isMissing ? `${namespace} does not exist` : `${namespace} cannot be read: ${message.split('\n')[0]}`;
    const advice = isMissing
      ? `Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create --namespace ${namespace}`
      : 'The key or certificate needs access to this namespace.';
    return { name: 'namespace', level: 'problem', detail, advice };
  }
}

async function checkAttributes(connection: Connection, namespace: string): Promise<Finding> {
  const name = 'search attributes';
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + LIMIT_MS, () =>
      connection.operatorService.listSearchAttributes({ namespace }),
    );
    const types = new Map(
      Object.entries(customAttributes ?? {}).map(([attribute, type]) => [attribute, TYPES[type ?? 0]]),
    );
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([attribute]) => !types.has(attribute));
    const wrong = Object.entries(SEARCH_ATTRIBUTES).filter(
      ([attribute, type]) => types.has(attribute) && types.get(attribute) !== type,
    );
    if (missing.length === 0 && wrong.length === 0) return { name, level: 'ok', detail: 'are registered' };
    const problems = [
      ...missing.map(([attribute]) => `${attribute} is missing`),
      ...wrong.map(([attribute, type]) => `${attribute} is ${types.get(attribute)}, not ${type}`),
    ];
    const create = missing.map(([attribute, type]) => `--name ${attribute} --type ${type}`).join(' ');
    const advice =
      missing.length > 0
        ? `temporal operator search-attribute create --namespace ${namespace} ${create}`
        : 'Remove them and register them again with the right type (docs/operations.md, Temporal).';
    return { name, level: 'problem', detail: `${problems.join(', ')}: Temporal refuses the workflows`, advice };
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    const isHidden = code === PERMISSION_DENIED || code === UNIMPLEMENTED;
    const detail = isHidden
      ? 'cannot be read by this key; look in the settings of the namespace'
      : message.split('\n')[0]!;
    return { name, level: isHidden ? 'skipped' : 'problem', detail };
  }
}
