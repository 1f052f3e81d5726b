const INDENT = '  ';

/**
 * Formats JSON with one line per member. Changes only white space: parsing and serializing would not preserve numbers, escapes and the
 * order of members. Returns invalid JSON unchanged.
 */
export function indentJson(text: string): string {
  if (!isJson(text)) return text;
  let out = '';
  let depth = 0;
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    if (token === '{' || token === '[') {
      out += token + newLine(++depth);
    } else if (token === '}' || token === ']') {
      const empty = /[{[]\s*$/.test(out);
      depth--;
      out = (empty ? out.trimEnd() : out + newLine(depth)) + token;
    } else if (token === ',') {
      out += token + newLine(depth);
    } else {
      out += token === ':' ? ': ' : token;
    }
  }
  return out;
}

function newLine(depth: number): string {
  return `\n${INDENT.repeat(depth)}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
