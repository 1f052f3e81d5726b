import type { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { action, addExamples, type AddCommand, type ContextOf } from '../define-command.ts';
import { checkApi } from '../doctor/check-api.ts';
import type { Finding, ServerChecks } from '../doctor/finding.ts';
import type { Style } from '../output/style.ts';

const MARKS = { ok: '✓', warning: '!', problem: '✗', skipped: '-' } as const;
const COLOURS = { ok: 'green', warning: 'yellow', problem: 'red', skipped: 'dim' } as const;

/** Checks what Posthorn needs; `checkServer` are the checks that need the server's own code, null where that is not installed. */
export function addDoctorWith(checkServer: ServerChecks | null): AddCommand {
  return (program: Command, contextOf: ContextOf) => {
    const command = program
      .command('doctor')
      .description('check the API, PostgreSQL, Temporal, DNS and this machine, and say what to do')
      .option('--api-only', 'check only the API')
      .action(
        action<{ apiOnly?: boolean }>(contextOf, async (context, { apiOnly }) => {
          const findings = [...(await checkApi(context)), ...(apiOnly ? [] : await checkMachine(context, checkServer))];
          report(context, findings);
        }),
      );
    command.addHelpText(
      'after',
      `
PostgreSQL and Temporal are found as the server finds them: by DATABASE_URL and TEMPORAL_*, or in the data folder of "npm start". Run it
with the server's environment, on its machine. It changes nothing. The exit code is 1 if there is a problem.`,
    );
    addExamples(command, 'doctor', 'doctor --json', 'doctor --api-only --url https://posthorn.example.com');
  };
}

async function checkMachine({ env, surroundings }: Context, checkServer: ServerChecks | null): Promise<Finding[]> {
  if (checkServer) return await checkServer(env, surroundings.dataDirs);
  const detail =
    'the checks of PostgreSQL, Temporal, DNS and the machine run where Posthorn is installed: bin/posthorn doctor';
  return [{ name: 'server', level: 'skipped', detail }];
}

function report({ output }: Context, findings: Finding[]): void {
  output.results(findings, (all, style) => all.map((finding) => writeFinding(finding, style)).join('\n'));
  const problems = findings.filter(({ level }) => level === 'problem');
  if (problems.length === 0) return;
  throw new CommandError(problems.length === 1 ? 'there is a problem' : `there are ${problems.length} problems`);
}

function writeFinding({ name, level, detail, advice }: Finding, style: Style): string {
  const line = `${style[COLOURS[level]](MARKS[level])} ${style.bold(name.padEnd(18))} ${detail}`;
  return advice === undefined ? line : `${line}\n  ${' '.repeat(18)} ${style.cyan('→')} ${advice}`;
}
