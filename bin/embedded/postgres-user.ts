import { execFileSync, spawnSync } from 'node:child_process';
import { OperatorError } from './operator-error.ts';

interface User {
  uid: number;
  gid: number;
}

/** How to start a PostgreSQL program: a command to put in front of it, whom to run as, and who has to own its files. */
export interface RunAs {
  prefix: readonly string[];
  identity: Partial<User>;
  owner: User | undefined;
}

/**
 * PostgreSQL refuses to run as root: root starts it as the system's user `postgres`, who is made if need be.
 * Where that user cannot reach the checkout or the data folder (below /root, for one), it may pass the folders'
 * permissions by a capability, and has no other right of root's.
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
