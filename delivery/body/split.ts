const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The members of an encoded JSON object, top level only: decoded key to the value's text as it stands. Null when the text is not
 * an object. The text must come from `encodePhpJson`: nothing is checked again.
 */
export function splitObject(phpJson: string): Map<string, string> | null {
  if (!phpJson.startsWith('{')) return null;
  const members = new Map<string, string>();
  for (let at = 1; at < phpJson.length - 1;) {
    const keyEnd = skipString(phpJson, at);
    const valueEnd = skipValue(phpJson, keyEnd + 1);
    members.set(decodeKey(phpJson.slice(at + 1, keyEnd - 1)), phpJson.slice(keyEnd + 1, valueEnd));
    at = valueEnd + 1;
  }
  return members;
}

/** The elements' texts of an encoded JSON array, as `splitObject` does it. */
export function splitArray(phpJson: string): string[] | null {
  if (!phpJson.startsWith('[')) return null;
  const elements: string[] = [];
  for (let at = 1; at < phpJson.length - 1;) {
    const end = skipValue(phpJson, at);
    elements.push(phpJson.slice(at, end));
    at = end + 1;
  }
  return elements;
}

/**
 * Keeps, of members of one object that share a key, the last one's value at the first one's place, as PHP arrays do. Every
 * level, in time linear in the text; it recurses as deep as the text nests, which `encodePhpJson` bounds.
 */
export function dropDuplicateKeys(phpJson: string): string {
  let at = 0;

  function readValue(): string {
    const opening = phpJson[at];
    if (opening === '{') return readObject();
    if (opening === '[') return readArray();
    const start = at;
    at = skipValue(phpJson, at);
    return phpJson.slice(start, at);
  }

  function readObject(): string {
    const members = new Map<string, string>();
    at += 1;
    while (phpJson[at] !== '}') {
      const keyStart = phpJson[at] === ',' ? at + 1 : at;
      const keyEnd = skipString(phpJson, keyStart);
      at = keyEnd + 1;
      members.set(phpJson.slice(keyStart, keyEnd), readValue());
    }
    at += 1;
    let text = '';
    for (const [key, value] of members) text += `${text === '' ? '' : ','}${key}:${value}`;
    return `{${text}}`;
  }

  function readArray(): string {
    let text = '[';
    at += 1;
    while (phpJson[at] !== ']') {
      if (phpJson[at] === ',') {
        at += 1;
        text += ',';
      }
      text += readValue();
    }
    at += 1;
    return `${text}]`;
  }

  return readValue();
}

function decodeKey(encoded: string): string {
  return encoded.includes('\\') ? (JSON.parse(`"${encoded}"`) as string) : encoded;
}

/** From an opening quote to just after the closing one. */
function skipString(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (at - first) % 2 === 1;
}

/** From a value's first character to just after its last one. */
function skipValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (code === 0x2c && depth === 0) return at;
    at += 1;
  }
  return at;
}
