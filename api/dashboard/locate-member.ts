const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** An object or array that is not closed yet. */
interface Open {
  isArray: boolean;
  /** Of the member or element that is being read. */
  name: string | number | undefined;
  /** Where that begins. */
  at: number;
  expectsName: boolean;
}

/** Where a member (with its name) or an element of a JSON text begins. Of several with the same name, the last. */
export function locateMember(json: string, path: readonly (string | number)[]): number {
  const open: Open[] = [];
  let found = 0;
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const inner = open.at(-1);
    if (token === '}' || token === ']') open.pop();
    else if (token === ',') {
      if (inner!.isArray) inner!.name = (inner!.name as number) + 1;
      else inner!.expectsName = true;
    } else if (token !== ':' && inner?.expectsName) {
      Object.assign(inner, { name: JSON.parse(token) as string, at: index, expectsName: false });
    } else if (token !== ':') {
      const at = inner === undefined || inner.isArray ? index : inner.at;
      if (open.length === path.length && open.every(({ name }, depth) => name === path[depth])) found = at;
      if (token === '{') open.push({ isArray: false, name: undefined, at: index, expectsName: true });
      if (token === '[') open.push({ isArray: true, name: 0, at: index, expectsName: false });
    }
  }
  return found;
}

/** Both from 1. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
