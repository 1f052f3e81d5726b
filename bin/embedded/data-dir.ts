import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLock, tryLock } from './file-lock.ts';
import { OperatorError } from './operator-error.ts';
import type { Ports } from './ports.ts';

const FORMAT = 1;
const LOG_LIMIT = 20 * 1024 * 1024;

/** The contents of `posthorn.json` in the data folder. It contains secrets, so its mode is 0600. */
export interface KeptState {
  format: number;
  postgresPassword: string;
  /** 32 bytes in base64. Without this key, the webhook secrets in the database cannot be read. */
  masterKey: string;
  adminKey: string;
  ports: Partial<Ports>;
  /** The API's port at the last start, for the command line. */
  apiPort?: number;
}

/** The data folder, locked by this process until `close`. */
export interface DataDir {
  path: string;
  state: Readonly<KeptState>;
  keepPorts(ports: Ports): void;
  keepApiPort(port: number): void;
  /** A file descriptor that appends to `logs/<name>.log`. Renames a log of more than 20 MiB to `<name>.old.log` first. */
  openLog(name: string): number;
  logFile(name: string): string;
  /** The file for the process id of an embedded part. */
  recordFile(name: string): string;
  close(): void;
}

/**
 * Opens the data folder. Creates the folder and its secrets at the first start.
 * @throws OperatorError if another Posthorn uses the folder, or if another version of Posthorn created it
 */
export function openDataDir(dataDir: string): DataDir {
  const path = resolve(dataDir);
  try {
    // If started by root, PostgreSQL runs as another user, who must be able to enter the folder.
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
      keepApiPort(apiPort) {
        if (state.apiPort === apiPort) return;
        state = { ...state, apiPort };
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
