import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const TYPED = ['posthorn deli', 'posthorn webhooks p', 'posthorn deliveries list --st', 'posthorn emit --platform '];
const COMPLETED = [['deliveries'], ['pause'], ['--status'], ['4calls', 'posthorn', 'urpa']];

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-completion-'));
  env = { ...process.env, PATH: `${BIN}:${process.env['PATH']}`, XDG_CONFIG_HOME: folder, HOME: folder, TERM: 'dumb' };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isInstalled = (shell: string) => {
  try {
    execFileSync(shell, ['-c', 'true']);
    return true;
  } catch {
    return false;
  }
};
const run = async (shell: string, script: string) =>
  (await promisify(execFile)(shell, ['-c', script], { env, timeout: 60_000 })).stdout;
/** Stores the shell's script where the shell looks for it. */
const store = async (shell: string, path: string) => {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, await run('sh', `posthorn completion ${shell}`));
};

test.runIf(isInstalled('bash'))('bash completes commands, options and values', async () => {
  for (const [at, line] of TYPED.entries()) {
    const words = line.split(' ');
    const script = `eval "$(posthorn completion bash)"; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _posthorn; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect((await run('bash', script)).trim().split('\n').toSorted()).toEqual(COMPLETED[at]);
  }
});

test.runIf(isInstalled('fish'))('fish completes them, and describes them', async () => {
  await store('fish', 'fish/completions/posthorn.fish');
  for (const [at, line] of TYPED.entries()) {
    const lines = (await run('fish', `complete -C '${line}'`)).trim().split('\n');
    expect(lines.map((each) => each.split('\t')[0]!).toSorted()).toEqual(COMPLETED[at]);
  }
  expect(await run('fish', "complete -C 'posthorn webhooks p'")).toMatch(/^pause\thold/);
});

test.runIf(isInstalled('zsh'))('zsh completes them, from the first time', async () => {
  await store('zsh', 'functions/_posthorn');
  for (const [at, line] of TYPED.entries()) {
    const shown = await pressTab(line, COMPLETED[at]!);
    for (const candidate of COMPLETED[at]!) expect(shown).toContain(candidate);
  }
});

/** What a new zsh shows after the line and a tab, at the latest after 30 s. */
async function pressTab(line: string, candidates: string[]): Promise<string> {
  const setUp = `fpath=(${folder}/functions $fpath); autoload -Uz compinit; compinit -u -D; unsetopt auto_menu; PROMPT=; print set-up`;
  const complete = candidates.map((candidate) => `$shown == *${candidate}*`).join(' && ');
  return await run(
    'zsh',
    `zmodload zsh/zpty; zpty z zsh -f -i
     zpty -w z '${setUp}'; until zpty -r z x && [[ $x == set-up* ]]; do :; done
     zpty -wn z '${line}'$'\\t'
     shown=; for ((waited = 0; waited < 300; waited++)); do
       while zpty -rt z x; do shown+=$x; done
       [[ ${complete} ]] && break
       sleep 0.1
     done
     print -r -- $shown; zpty -d z`,
  );
}
