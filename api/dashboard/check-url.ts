import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { refuseAddress, refuseUrl, type Allowlist } from '../../core/delivery/guard.ts';

const DNS_LIMIT_MS = 2_000;

/** Why a webhook would not be reached at this URL by the rules for receivers, its name looked up; null when nothing speaks against it. */
export async function checkTarget(url: string, allowlist: Allowlist): Promise<string | null> {
  const refused = refuseUrl(url, allowlist);
  if (refused !== null) return refused;
  const { hostname } = new URL(url);
  if (hostname.startsWith('[') || isIP(hostname) !== 0) return null;
  const found = await Promise.race([resolve(hostname), after(DNS_LIMIT_MS)]);
  if (typeof found === 'string') return found;
  const reason = found.map((address) => refuseAddress(address, allowlist)).find((each) => each !== null);
  return reason === undefined ? null : `${hostname} resolves to a forbidden address: ${reason}`;
}

async function resolve(hostname: string): Promise<string[] | string> {
  try {
    return (await lookup(hostname, { all: true })).map(({ address }) => address);
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
