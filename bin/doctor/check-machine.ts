import type { Finding } from '../../cli/doctor/finding.ts';
import type { Config } from '../../core/config.ts';
import { OWN_FILES, readOpenFilesLimit } from '../../core/open-files.ts';

const OLDEST_NODE = 24;

/** Node and the limits of this machine. */
export function checkMachine(config: Config | undefined): Finding[] {
  return [checkNode(), ...(config ? [checkOpenFiles(config)] : [])];
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= OLDEST_NODE) return { name: 'Node', level: 'ok', detail: process.version };
  const advice = `The server needs Node ${OLDEST_NODE}; node bin/run.mjs and bin/posthorn bring it.`;
  return { name: 'Node', level: 'problem', detail: `${process.version} is too old`, advice };
}

function checkOpenFiles({ maxInFlight }: Config): Finding {
  const limit = readOpenFilesLimit();
  const needed = maxInFlight + OWN_FILES;
  const name = 'open files';
  if (limit >= needed)
    return { name, level: 'ok', detail: `${limit === Infinity ? 'no limit is known' : `up to ${limit}`}` };
  return {
    name,
    level: 'problem',
    detail: `at most ${limit}, and a worker with ${maxInFlight} attempts in flight needs ${needed}`,
    advice: 'Raise the limit (ulimit -n, LimitNOFILE=65536), or lower POSTHORN_MAX_IN_FLIGHT.',
  };
}
