import { createServer, type AddressInfo } from 'node:net';

/** A receiver that keeps the exact heads of the requests and answers with `statuses`, the last one for all that follow. */
export async function startRawReceiver(statuses: readonly number[] = [200]) {
  const heads: string[] = [];
  const server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)$/im.exec(text)?.[1]);
      if (end < 0 || text.length < end + 4 + length) return;
      heads.push(text.slice(0, end));
      text = text.slice(end + 4 + length);
      socket.write(`HTTP/1.1 ${statuses[heads.length - 1] ?? statuses.at(-1)} -\r\ncontent-length: 0\r\n\r\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    /** Each as it arrived, lines without their ends. */
    requests: () => heads.map((head) => head.split('\r\n')),
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}
