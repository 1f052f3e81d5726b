import { getServers } from 'node:dns';
import { isIP } from 'node:net';
import type { Finding } from '../../cli/doctor/finding.ts';
import type { Config } from '../../core/config.ts';
import { parseAllowlist, refuseName } from '../../delivery/guard/guard.ts';
import { createResolver, type Resolve } from '../../delivery/guard/resolve.ts';

const MOST_NAMED = 5;

/** Resolves the hosts of the webhooks as the workers do, and checks that they may be dialled. */
export async function checkDns(
  { dnsServers, targetAllowlist }: Config,
  receivers: readonly string[],
): Promise<Finding[]> {
  const servers = dnsServers ?? getServers();
  const name = 'DNS';
  if (servers.length === 0) {
    const advice = 'Name servers in /etc/resolv.conf or POSTHORN_DNS_SERVERS.';
    return [{ name, level: 'problem', detail: 'no DNS server is known', advice }];
  }
  const hosts = [...new Set(receivers.map((url) => new URL(url).hostname))].filter(
    (host) => isIP(host.replace(/[[\]]/g, '')) === 0,
  );
  const by = `by ${servers.join(', ')}`;
  if (hosts.length === 0) return [{ name, level: 'ok', detail: `names are resolved ${by}; no webhook has one yet` }];
  const allowlist = parseAllowlist(targetAllowlist);
  const resolve = createResolver({ servers: dnsServers });
  const problems = (await Promise.all(hosts.map((host) => checkHost(host, resolve, allowlist)))).filter(
    (one) => one !== null,
  );
  if (problems.length === 0)
    return [{ name, level: 'ok', detail: `the ${hosts.length} hosts of the webhooks are resolved ${by}` }];
  const isSilent = problems.length === hosts.length && problems.every(({ silent }) => silent);
  return [
    {
      name,
      level: isSilent ? 'problem' : 'warning',
      detail: `${problems.length} of ${hosts.length} hosts of webhooks: ${problems
        .slice(0, MOST_NAMED)
        .map(({ text }) => text)
        .join('; ')}`,
      advice: isSilent
        ? `No answer ${by}: check that this machine reaches them, or set POSTHORN_DNS_SERVERS.`
        : 'Correct the URLs of these webhooks, or allow their addresses in POSTHORN_TARGET_ALLOWLIST.',
    },
  ];
}

async function checkHost(host: string, resolve: Resolve, allowlist: ReturnType<typeof parseAllowlist>) {
  try {
    const addresses = (await resolve(host)).map(({ address }) => address);
    const refused = refuseName(host, addresses, allowlist);
    return refused && { text: refused.message, silent: false };
  } catch (error) {
    const silent = (error as NodeJS.ErrnoException).code === 'EAI_AGAIN';
    return { text: silent ? `${host} is not answered` : `${host} does not exist`, silent };
  }
}
