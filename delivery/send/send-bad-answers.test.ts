import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { drip, sendTo, serveRaw } from '../../test/local-servers.ts';

describe('a bad answer', () => {
  it.each<[string, (socket: Socket) => void, string, number | null]>([
    ['none', () => undefined, 'no answer within 0.3 s', null],
    ['headers a byte at a time', (socket) => drip(socket, 'H'), 'not an HTTP answer', null],
    ['an endless status line', (socket) => drip(socket, 'HTTP/1.1 200 O'), 'no answer within 0.3 s', null],
    [
      'one header at a time, without end',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        drip(socket, 'a: b\r\n');
      },
      'no answer within 0.3 s',
      null,
    ],
    [
      'headers without end, fast',
      (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n`);
        drip(socket, `a: ${'b'.repeat(8_000)}\r\n`);
      },
      'the headers of the answer are larger than 16 KiB',
      null,
    ],
    [
      'provisional ones without end',
      (socket) => drip(socket, 'HTTP/1.1 103 Hint\r\n\r\n'),
      'no answer within 0.3 s',
      null,
    ],
    [
      'a body a byte at a time',
      (socket) => {
        socket.write('HTTP/1.1 500 Oh\r\ncontent-length: 10000\r\n\r\n');
        drip(socket, 'x');
      },
      'status 500, but the answer did not end within 0.3 s',
      500,
    ],
    ['a reset', (socket) => socket.resetAndDestroy(), 'the connection was reset', null],
    ['a closed connection', (socket) => socket.end(), 'the connection was closed', null],
    ['half a header', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'), 'the connection was closed', null],
    [
      'half a body',
      (socket) => socket.end('HTTP/1.1 404 No\r\ncontent-length: 100\r\n\r\nhalf'),
      'status 404, but the answer broke off: ',
      404,
    ],
    [
      'half a chunk',
      (socket) => socket.end('HTTP/1.1 500 Oh\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab'),
      'status 500, but the answer broke off: ',
      500,
    ],
    [
      'a reset in the body',
      (socket) => {
        socket.write('HTTP/1.1 503 Oh\r\ncontent-length: 100\r\n\r\nhalf', () =>
          setTimeout(() => socket.resetAndDestroy(), 20),
        );
      },
      'status 503, but the answer broke off: the connection was reset',
      503,
    ],
    ['another protocol', (socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'), 'not an HTTP answer', null],
    ['a header with U+0000', (socket) => socket.end('HTTP/1.1 200 OK\r\na: b\0c\r\n\r\n'), 'not an HTTP answer', null],
    [
      'an upgrade',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'the connection was closed',
      null,
    ],
  ])('such as %s', async (_, answer, errorMessage, statusCode) => {
    const result = await sendTo(await serveRaw(answer), { attemptTimeoutMs: 300 });
    expect(result.errorMessage).toContain(errorMessage);
    expect(result.errorMessage).not.toContain('\0');
    expect(result.statusCode).toBe(statusCode);
    expect(result.responseBody === null).toBe(statusCode === null);
  });

  it('does not keep its connection', async () => {
    const closed: Promise<unknown>[] = [];
    const url = await serveRaw((socket) => closed.push(once(socket, 'close')));
    // On a busy machine an attempt may end before its request arrives.
    while (closed.length === 0) await sendTo(url, { attemptTimeoutMs: 100 });
    await Promise.all(closed);
  });
});

describe('a 2xx whose body is not whole is success, and the history says what was wrong', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n';

  it.each<[string, (socket: Socket) => unknown, RegExp]>([
    ['breaks off', (socket) => socket.end(`${HEAD}half`), /^half\n\[the answer broke off: .+\]$/],
    ['hangs', (socket) => socket.write(HEAD), /^\[the answer did not end within 0.3 s\]$/],
    ['drips', (socket) => socket.write(HEAD, () => drip(socket, 'x')), /^x+\n\[the answer did not end within 0.3 s\]$/],
    [
      'is no chunk',
      (socket) => socket.end('HTTP/1.1 202 Ok\r\ntransfer-encoding: chunked\r\n\r\nnonsense'),
      /^\[the answer broke off: .+\]$/,
    ],
  ])('when it %s', async (_, answer, responseBody) => {
    const result = await sendTo(await serveRaw(answer), { attemptTimeoutMs: 300 });
    expect(result.errorMessage).toBeNull();
    expect(result.statusCode).toBeGreaterThanOrEqual(200);
    expect(result.responseBody).toMatch(responseBody);
  });
});
