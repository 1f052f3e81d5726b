import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLock, tryLock } from './file-lock.ts';
import { OperatorError } from './operator-error.ts';
import type { Ports } from './ports.ts';

const FORMAT = 1;
const LOG_LIMIT = 20 * 1024 * 1024;

/** What `posthorn.json` in the data folder keeps from one start to the next. Secrets: mode 0600. */
interface KeptState {
  format: number;
  postgresPassword: string;
  /** 32 bytes, base64. Without it the webhook secrets in the database cannot be read. */
  masterKey: string;
  adminKey: string;
  ports: Partial<Ports>;
}

/** The data folder, locked for this process until `close`. */
export interface DataDir {
  path: string;
  state: Readonly<KeptState>;
  keepPorts(ports: Ports): void;
  /** A file descriptor that appends to `logs/<name>.log`; a log over 20 MiB is first put aside as `<name>.old.log`. */
  openLog(name: string): number;
  logFile(name: string): string;
  /** Where the process id of an embedded part is noted. */
  recordFile(name: string): string;
  close(): void;
}

/**
 * Opens the data folder, making it and its secrets at the first start.
 * @throws OperatorError when another Posthorn uses it, or when another version of Posthorn made it
 */
export function openDataDir(dataDir: string): DataDir {
  const path = resolve(dataDir);
  try {
    // As root, PostgreSQL runs under another user, who has to be able to walk through.
    mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    mkdirSync(join(path, 'logs'), { recursive: true, mode: 0o700 });
    mkdirSync(join(path, 'run'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new OperatorError(`The data folder ${path} cannot be used: ${(error as Error).message}`);
  }
  const lock = tryLock(join(path, 'run', 'posthorn.pid'));
  if (!isLock(lock)) {
    throw new OperatorError(
      `The data folder ${path} is in use by another Posthorn (process ${lock.pid}); stop that one, or set POSTHORN_DATA_DIR to another folder.`,
    );
  }
  try {
    let state = readState(path);
    const logFile = (name: string) => join(path, 'logs', `${name}.log`);
    return {
      path,
      get state() {
        return state;
      },
      keepPorts(ports) {
        state = { ...state, ports };
        writeState(path, state);
      },
      logFile,
      openLog(name) {
        const file = logFile(name);
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT) {
          renameSync(file, join(path, 'logs', `${name}.old.log`));
        }
        return openSync(file, 'a', 0o600);
      },
      recordFile: (name) => join(path, 'run', `${name}.pid`),
      close: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function readState(path: string): KeptState {
  let text: string;
  try {
    text = readFileSync(join(path, 'posthorn.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const state: KeptState = {
      format: FORMAT,
      postgresPassword: randomBytes(24).toString('base64url'),
      masterKey: randomBytes(32).toString('base64'),
      adminKey: `phk_${randomBytes(24).toString('base64url')}`,
      ports: {},
    };
    writeState(path, state);
    return state;
  }
  const state = JSON.parse(text) as KeptState;
  if (state.format !== FORMAT) {
    throw new OperatorError(
      `The data folder ${path} has format ${state.format}, and this version of Posthorn reads format ${FORMAT}; start it with the version that made it, or set POSTHORN_DATA_DIR to another folder.`,
    );
  }
  return state;
}

function writeState(path: string, state: KeptState): void {
  const file = join(path, 'posthorn.json');
  const draft = `${file}.new`;
  const descriptor = openSync(draft, 'w', 0o600);
  writeFileSync(descriptor, `${JSON.stringify(state, null, 2)}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(draft, file);
}
