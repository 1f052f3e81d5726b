import { V7Generator } from 'uuidv7';

const words = new Uint32Array(1024);
let used = words.length;

/** Asks the system for much randomness at a time: a call costs as much as making an id. */
function nextWord(): number {
  if (used === words.length) {
    crypto.getRandomValues(words);
    used = 0;
  }
  return words[used++]!;
}

const generator = new V7Generator({ nextUint32: nextWord });

/** A UUIDv7 (RFC 9562); the ids of one process sort in the order of their creation. */
export function newId(): string {
  return generator.generate().toString();
}
