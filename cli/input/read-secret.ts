import { once } from 'node:events';
import type { Context } from '../context.ts';
import { readAll } from './read-all.ts';

const [ENTER, RETURN, INTERRUPT, END, DELETE, BACKSPACE] = ['\n', '\r', '\u0003', '\u0004', '\u007f', '\b'];

/** Asks a person without showing what is typed; reads the first line of a stdin that is not a terminal. */
export async function readSecret({ surroundings, signal }: Context, question: string): Promise<string> {
  const { stdin, stderr } = surroundings;
  if (!stdin.isTTY) return (await readAll(stdin)).split('\n')[0]!.trim();
  stderr.write(question);
  stdin.setRawMode(true).setEncoding('utf8').resume();
  let typed = '';
  try {
    for (;;) {
      const [text] = (await once(stdin, 'data', { signal })) as [string];
      for (const character of text) {
        if (character === ENTER || character === RETURN || character === END) return typed.trim();
        if (character === INTERRUPT) process.kill(process.pid, 'SIGINT');
        else if (character === DELETE || character === BACKSPACE) typed = typed.slice(0, -1);
        else typed += character;
      }
    }
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write('\n');
  }
}
