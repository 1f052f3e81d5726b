// Sends a request on each of many new connections, writes a file when all are sent, and tells its parent how they ended.
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';

const [port, count, allSentFile] = process.argv.slice(2);
const results = {};
let unsent = Number(count);
let open = Number(count);

for (let index = 0; index < Number(count); index++) {
  let ended = false;
  const end = (result) => {
    if (ended) return;
    ended = true;
    results[result] = (results[result] ?? 0) + 1;
    if (--open === 0) process.send(results, () => process.disconnect());
  };
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => {
    if (--unsent === 0) writeFileSync(allSentFile, '');
  });
  socket.on('data', () => end('answered'));
  socket.on('error', (error) => end(error.code));
  socket.on('close', () => end('closed'));
}
