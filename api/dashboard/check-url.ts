import { isIP } from 'node:net';
import { ReceiverUrl } from '../../core/contracts/receiver-url.ts';
import { refuseName, refuseUrl } from '../../delivery/guard/guard.ts';
import type { Resolve } from '../../delivery/guard/resolve.ts';
import type { ApiDeps } from '../deps.ts';

const DNS_LIMIT_MS = 2_000;

/** Why the rules for receivers refuse a URL, including its resolved address; null if they allow it. */
export async function checkTarget(
  url: string,
  { allowlist, resolve, log }: Pick<ApiDeps, 'allowlist' | 'resolve' | 'log'>,
): Promise<string | null> {
  const wrong = ReceiverUrl.safeParse(url).error?.issues[0]?.message;
  if (wrong !== undefined) return `the URL ${wrong}`;
  const refused = refuseUrl(url, allowlist);
  if (refused !== null) return refused;
  const { hostname } = new URL(url);
  if (hostname.startsWith('[') || isIP(hostname) !== 0) return null;
  const found = await Promise.race([addressesOf(hostname, resolve), after(DNS_LIMIT_MS)]);
  if (typeof found === 'string') return found;
  const forbidden = refuseName(hostname, found, allowlist);
  if (forbidden) log.warn({ err: forbidden, url: hostname }, 'URL check: target refused');
  return forbidden?.message ?? null;
}

async function addressesOf(hostname: string, resolve: Resolve): Promise<string[] | string> {
  try {
    return (await resolve(hostname)).map(({ address }) => address);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND') return `${hostname} has no address`;
    return `${hostname} could not be looked up${code === undefined ? '' : ` (${code})`}`;
  }
}

async function after(ms: number): Promise<string> {
  return await new Promise((settle) => {
    setTimeout(() => settle(`the name could not be looked up within ${ms / 1000} seconds`), ms).unref();
  });
}
