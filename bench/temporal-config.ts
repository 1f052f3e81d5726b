import { findFreePort } from '../bin/embedded/ports.ts';

const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;

export interface ServerConfig {
  /** The host and port of the frontend. */
  address: string;
  /** The server's configuration as JSON, which is valid YAML. */
  text: string;
}

/** Configures the four services of a Temporal server in one process, on free loopback ports, with both stores in PostgreSQL. */
export async function configureServer(
  databaseUrl: string,
  databases: { main: string; visibility: string },
  dynamicConfigFile: string,
): Promise<ServerConfig> {
  const { hostname, port, username: user, password } = new URL(databaseUrl);
  const store = (databaseName: string, connections: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `${hostname}:${port}`,
      connectProtocol: 'tcp',
      user,
      password,
      maxConns: connections,
      maxIdleConns: connections,
      maxConnLifetime: '1h',
    },
  });
  const ports = await findFreePorts(2 * SERVICES.length);
  const services = SERVICES.map((name, index) => {
    const rpc = { grpcPort: ports[2 * index], membershipPort: ports[2 * index + 1], bindOnLocalHost: true };
    return [name, { rpc }];
  });
  const address = `127.0.0.1:${ports[0]}`;
  const cluster = { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: address };
  const config = {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { main: store(databases.main, 20), visibility: store(databases.visibility, 10) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services) as Record<string, unknown>,
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: { active: cluster },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '60s' },
  };
  return { address, text: JSON.stringify(config, null, 2) };
}

async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}
