import { readFileSync } from 'node:fs';

export interface Step {
  /** In capitals: `COPY`. */
  instruction: string;
  rest: string;
}

export interface Stage {
  name: string;
  /** Another stage or an image, with its arguments filled in. */
  base: string;
  steps: Step[];
}

/** Reads the stages of a Dockerfile in order. It understands what ours uses: no heredocs, and arguments only before the first stage. */
export function readDockerfile(path: URL): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, '')
    .split('\n');
  const stages: Stage[] = [];
  const args = new Map<string, string>();
  for (const line of lines.filter((text) => text.trim() !== '')) {
    const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (instruction === 'ARG') {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(rest) ?? [];
      args.set(name, value);
    } else if (instruction === 'FROM') {
      const [, base = '', name = ''] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
      stages.push({ name, base: base.replace(/\$\{(\w+)\}/g, (_, arg: string) => args.get(arg) ?? ''), steps: [] });
    } else {
      stages.at(-1)!.steps.push({ instruction, rest });
    }
  }
  return stages;
}
