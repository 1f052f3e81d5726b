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
      masterKey: Buffer.alloc(32, 0xab),
      retryUnitMs: 60_000,
      targetAllowlist: '',
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
      portalOrigins: [],
      temporalUiUrl: undefined,
      taskQueue: 'posthorn',
    });
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
      expect(readConfig({ ...needed, POSTHORN_MASTER_KEY: text }).masterKey).toEqual(Buffer.alloc(32, 7));
    },
  );

  it('reads DNS servers, and refuses names', () => {
    const read = (text: string) => readConfig({ ...needed, POSTHORN_DNS_SERVERS: text }).dnsServers;
    expect(read('')).toBeUndefined();
    expect(read('10.0.0.2, fd00::2,[fd00::3]:5353,127.0.0.1:53')).toHaveLength(4);
    for (const wrong of ['dns.example', '10.0.0.2:0', '10.0.0.2:65536', 'fd00::2:x', '10.0.0.2,']) {
      expect(() => read(wrong)).toThrow('POSTHORN_DNS_SERVERS must be IP addresses');
    }
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
        'POSTHORN_MASTER_KEY must be 32 bytes, as base64 or as 64 hex digits',
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
