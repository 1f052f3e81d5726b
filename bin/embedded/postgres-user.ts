import { execFileSync, spawnSync } from 'node:child_process';
import { OperatorError } from './operator-error.ts';

interface User {
  uid: number;
  gid: number;
}

/** How to start a PostgreSQL program: a command prefix, the user to run as, and the owner of its files. */
export interface RunAs {
  prefix: readonly string[];
  identity: Partial<User>;
  owner: User | undefined;
}

/**
 * PostgreSQL refuses to run as root, so root starts it as the system user `postgres`, who is created if necessary. If that user cannot
 * reach the checkout or the data folder (for example below /root), the program gets a capability to bypass folder permissions, and no
 * other privilege of root.
 */
export function choosePostgresUser(program: string, dataDir: string): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [], identity: {}, owner: undefined };
  const owner = findUser() ?? createUser();
  const reaches = (prefix: readonly string[], as: RunAs['identity'], command: readonly string[]) => {
    const [file = '', ...args] = [...prefix, ...command];
    return spawnSync(file, args, { ...as, cwd: '/', stdio: 'ignore' }).status === 0;
  };
  const reachesAll = (prefix: readonly string[], as: RunAs['identity']) =>
    reaches(prefix, as, [program, '--version']) && reaches(prefix, as, ['test', '-x', `${dataDir}/.`]);
  if (reachesAll([], owner)) return { prefix: [], identity: owner, owner };
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  const prefix = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', ...capability];
  if (reachesAll(prefix, {})) return { prefix, identity: {}, owner };
  throw new OperatorError(
    `PostgreSQL cannot run as root, and the user postgres cannot reach ${program} or ${dataDir}; start Posthorn as an ordinary user, or move it to a folder that all users may enter.`,
  );
}

function findUser(): User | undefined {
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: ask('-u'), gid: ask('-g') };
  } catch {
    return undefined;
  }
}

function createUser(): User {
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  } catch (error) {
    throw new OperatorError(
      `PostgreSQL cannot run as root, and no user postgres can be made: ${(error as Error).message}`,
    );
  }
  const user = findUser();
  if (!user)
    throw new OperatorError('PostgreSQL cannot run as root, and the user postgres that was made is not there.');
  return user;
}
