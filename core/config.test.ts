import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const needed = { DATABASE_URL: 'postgresql://localhost/posthorn', POSTHORN_MASTER_KEY: 'ab'.repeat(32) };

function messageFor(env: NodeJS.ProcessEnv): string {
  try {
    readConfig({ ...needed, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no error';
}

describe('readConfig', () => {
  it('has a default for everything but the database and the master key', () => {
    expect(readConfig(needed)).toEqual({
      port: 8080,
      metricsPort: 9464,
      databaseUrl: needed.DATABASE_URL,
      dataDir: '.posthorn',
      adminKey: undefined,
      masterKeys: [Buffer.alloc(32, 0xab)],
      retryUnitMs: 60_000,
      targetAllowlist: '',
      egress: { minTlsVersion: 'TLSv1.2' },
      retentionDays: 90,
      coalesceMax: 2000,
      attemptTimeoutMs: 15_000,
      stopTimeoutMs: 30_000,
      autoPauseAfterMs: 432_000_000,
      maxInFlight: 1024,
      maxBytes: 268_435_456,
      bodyLimit: 1_048_576,
      logLevel: 'info',
      publicUrl: undefined,
      tracing: null,
      portalOrigins: [],
      temporalUiUrl: undefined,
      taskQueue: 'posthorn',
    });
  });

  it('takes the version of the workers whole or not at all', () => {
    const version = { TEMPORAL_DEPLOYMENT_NAME: 'default/posthorn', TEMPORAL_WORKER_BUILD_ID: '1.4.0-a1b2' };
    const read = { deploymentName: 'default/posthorn', buildId: '1.4.0-a1b2' };
    expect(readConfig({ ...needed, ...version }).workerVersion).toEqual(read);
    for (const name of Object.keys(version)) {
      expect(messageFor({ ...version, [name]: '' })).toMatch('must be set together, or neither of them');
      expect(messageFor({ ...version, [name]: '__unversioned__' })).toMatch(`${name} must be at most 200 characters`);
    }
    expect(messageFor({ ...version, TEMPORAL_DEPLOYMENT_NAME: 'posthorn.eu' })).toMatch('without dots');
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readConfig(needed))).toBe(true);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ ...needed, PORT: '', POSTHORN_ADMIN_KEY: ' ' })).toMatchObject({
      port: 8080,
      adminKey: undefined,
    });
  });

  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['1m', 60_000],
    ['0.5s', 500],
    ['2h', 7_200_000],
  ])('reads the duration %s', (text, ms) => {
    expect(readConfig({ ...needed, POSTHORN_RETRY_UNIT: text }).retryUnitMs).toBe(ms);
  });

  it('reads when failing webhooks are paused, and that they never are', () => {
    const read = (text: string) => readConfig({ ...needed, POSTHORN_AUTO_PAUSE_AFTER: text }).autoPauseAfterMs;
    expect([read(''), read('2d'), read('off'), read('0')]).toEqual([432_000_000, 172_800_000, null, null]);
    expect(() => read('never')).toThrow(
      'POSTHORN_AUTO_PAUSE_AFTER must be a duration above zero, such as 12h or 5d, or off',
    );
  });

  it.each(['0s', '60', 'soon', '-1s', '1 m'])('refuses the duration %j', (text) => {
    expect(messageFor({ POSTHORN_RETRY_UNIT: text })).toBe(
      'POSTHORN_RETRY_UNIT must be a duration above zero, such as 500ms, 60s or 1m',
    );
  });

  it.each([Buffer.alloc(32, 7).toString('base64'), Buffer.alloc(32, 7).toString('base64url'), '07'.repeat(32)])(
    'reads the master key %s',
    (text) => {
      expect(readConfig({ ...needed, POSTHORN_MASTER_KEY: text }).masterKeys).toEqual([Buffer.alloc(32, 7)]);
    },
  );

  it('reads several master keys, also from a file or the output of a command', () => {
    const { POSTHORN_MASTER_KEY: one, ...others } = needed;
    const two = [Buffer.alloc(32, 0xab), Buffer.alloc(32, 7)];
    const keys = `${one},${'07'.repeat(32)}`;
    expect(readConfig({ ...needed, POSTHORN_MASTER_KEY: keys }).masterKeys).toEqual(two);
    const printed = `printf '%s\\n' ${keys.replace(',', ' ')}`;
    expect(readConfig({ ...others, POSTHORN_MASTER_KEY_COMMAND: printed }).masterKeys).toEqual(two);
    const file = join(mkdtempSync(join(tmpdir(), 'posthorn-config-')), 'key');
    writeFileSync(file, `${keys}\n`);
    expect(readConfig({ ...others, POSTHORN_MASTER_KEY_FILE: file }).masterKeys).toEqual(two);
  });

  it.each([
    [
      { POSTHORN_MASTER_KEY_FILE: '/nowhere' },
      'POSTHORN_MASTER_KEY and POSTHORN_MASTER_KEY_FILE are both set: set one of them',
    ],
    [
      { POSTHORN_MASTER_KEY: '', POSTHORN_MASTER_KEY_FILE: '/nowhere' },
      'POSTHORN_MASTER_KEY_FILE gives no key: ENOENT',
    ],
    [
      { POSTHORN_MASTER_KEY: '', POSTHORN_MASTER_KEY_COMMAND: 'exit 3' },
      'POSTHORN_MASTER_KEY_COMMAND gives no key: it exited with 3',
    ],
    [
      { POSTHORN_MASTER_KEY: '', POSTHORN_MASTER_KEY_COMMAND: 'echo s3cret' },
      'POSTHORN_MASTER_KEY_COMMAND must be 32 bytes, as base64 or as 64 hex digits, or several of these, comma-separated',
    ],
  ])('refuses %j', (env, message) => {
    expect(messageFor(env)).toBe(message);
  });

  it('reads DNS servers, and refuses names', () => {
    const read = (text: string) => readConfig({ ...needed, POSTHORN_DNS_SERVERS: text }).dnsServers;
    expect(read('')).toBeUndefined();
    expect(read('10.0.0.2, fd00::2,[fd00::3]:5353,127.0.0.1:53')).toHaveLength(4);
    for (const wrong of ['dns.example', '10.0.0.2:0', '10.0.0.2:65536', 'fd00::2:x', '10.0.0.2,']) {
      expect(() => read(wrong)).toThrow('POSTHORN_DNS_SERVERS must be IP addresses');
    }
  });

  it('reads the way out, and refuses what would not work', () => {
    const read = (env: NodeJS.ProcessEnv) => readConfig({ ...needed, ...env }).egress;
    expect(read({ POSTHORN_EGRESS_PROXY: 'http://me:p%40ss@proxy:3128' }).proxy).toMatchObject({ port: '3128' });
    expect(read({ POSTHORN_EGRESS_ADDRESS: '::1', POSTHORN_EGRESS_MIN_TLS: '1.3' })).toMatchObject({
      localAddress: '::1',
      minTlsVersion: 'TLSv1.3',
    });
    for (const proxy of ['proxy:3128', 'socks5://proxy', 'http://me:s3cret@proxy/path']) {
      const message = messageFor({ POSTHORN_EGRESS_PROXY: proxy });
      expect(message).toBe(
        'POSTHORN_EGRESS_PROXY must be a URL without a path, such as http://user:password@proxy:3128',
      );
    }
    expect(messageFor({ POSTHORN_EGRESS_ADDRESS: 'eth0' })).toContain('must be an IP address of this machine');
    expect(messageFor({ POSTHORN_EGRESS_MIN_TLS: '1.1' })).toBe('POSTHORN_EGRESS_MIN_TLS must be 1.2 or 1.3');
    const ca = 'POSTHORN_EGRESS_CA_FILE must be a file of certificates in PEM';
    expect(messageFor({ POSTHORN_EGRESS_CA_FILE: '/nowhere' })).toBe(`${ca}: it cannot be read (ENOENT)`);
    expect(messageFor({ POSTHORN_EGRESS_CA_FILE: '/etc/hosts' })).toBe(`${ca}: it has none, or a malformed one`);
  });

  it('reads the origins of portals, and refuses paths, wildcards and other protocols', () => {
    const read = (text: string) => readConfig({ ...needed, POSTHORN_PORTAL_ORIGINS: text }).portalOrigins;
    expect(read('https://App.example.com, http://localhost:3000/,https://[::1]:443')).toEqual([
      'https://app.example.com',
      'http://localhost:3000',
      'https://[::1]',
    ]);
    for (const wrong of ['app.example.com', '*', 'https://*', 'https://a;b', 'https://a.example/path', 'data:text']) {
      expect(() => read(wrong)).toThrow('POSTHORN_PORTAL_ORIGINS must be origins, comma-separated, such as');
    }
  });

  it('says which variable is wrong without repeating a secret', () => {
    expect(messageFor({ POSTHORN_MASTER_KEY: 'hunter2', POSTHORN_ADMIN_KEY: 'short', PORT: '80a' })).toBe(
      [
        'PORT must be a whole number from 1 to 65535',
        'POSTHORN_ADMIN_KEY must be at least 16 characters long',
        'POSTHORN_MASTER_KEY must be 32 bytes, as base64 or as 64 hex digits, or several of these, comma-separated',
      ].join('\n'),
    );
  });

  it.each([
    ['DATABASE_URL', 'mysql://localhost', 'must be a URL that begins with postgresql:// or postgres://'],
    ['DATABASE_URL', '', 'is required'],
    ['POSTHORN_COALESCE_MAX', '2001', 'must be a whole number from 1 to 2000'],
    [
      'POSTHORN_PUBLIC_URL',
      'https://a.example/hooks',
      'must be a URL without a path, such as https://posthorn.example.com',
    ],
    ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal, silent'],
  ])('refuses %s=%s', (name, value, complaint) => {
    expect(messageFor({ [name]: value })).toBe(`${name} ${complaint}`);
  });
});
