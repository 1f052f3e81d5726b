import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir } from './data-dir.ts';
import { OperatorError } from './operator-error.ts';
import { formatRecord, identify } from './process-record.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'posthorn-data-dir-')), 'data');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

describe('openDataDir', () => {
  it('creates secrets once and keeps them and the ports', () => {
    const first = openDataDir(folder);
    first.keepApiPort(8081);
    first.keepPorts({ postgres: 1, temporal: 2, temporalUi: 3 });
    first.close();
    const second = openDataDir(folder);
    second.close();
    expect(second.state).toEqual(first.state);
    expect(second.state).toMatchObject({ ports: { postgres: 1, temporal: 2, temporalUi: 3 }, apiPort: 8081 });
    expect(Buffer.from(second.state.masterKey, 'base64')).toHaveLength(32);
    expect(statSync(join(folder, 'posthorn.json')).mode & 0o777).toBe(0o600);
  });

  it('refuses a folder in use, and accepts it once its process is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const record = child.pid && identify(child.pid);
    if (!record) throw new Error('no child');
    mkdirSync(join(folder, 'run'), { recursive: true });
    writeFileSync(join(folder, 'run', 'posthorn.pid'), formatRecord(record));
    expect(() => openDataDir(folder)).toThrow(`in use by another Posthorn (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openDataDir(folder).close();
  });

  it('does not mistake a process with a reused id for the holder of the folder', () => {
    mkdirSync(join(folder, 'run'), { recursive: true });
    writeFileSync(join(folder, 'run', 'posthorn.pid'), formatRecord({ pid: process.ppid, birth: 'before the reboot' }));
    openDataDir(folder).close();
  });

  it('refuses a folder with another format', () => {
    openDataDir(folder).close();
    const file = join(folder, 'posthorn.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"format": 1', '"format": 2'));
    expect(() => openDataDir(folder)).toThrow(OperatorError);
    expect(() => openDataDir(folder)).toThrow('has format 2, and this version of Posthorn reads format 1');
  });
});
