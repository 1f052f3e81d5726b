import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { listCarried, matches, nameSpecial, parseAddress, type Address } from './special-addresses.ts';

/** Networks of allowed receivers that are not public (`POSTHORN_TARGET_ALLOWLIST`). */
export type Allowlist = readonly [Address, number][];

/** The longest receiver URL, in characters. */
const LONGEST_URL = 2048;

/** The receiver's address is forbidden. The message is for the webhook's owner. */
export class TargetRefusedError extends Error {
  override readonly name = 'TargetRefusedError';
  /** The address and the reason, for the operator. */
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(message);
    this.reason = reason;
  }
}

/** CIDRs or single addresses, separated by commas. Throws an Error that names the first bad entry. */
export function parseAllowlist(text: string): Allowlist {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseNetwork);
}

/**
 * Why a webhook must not have this URL; null if it may, as far as the URL shows. The addresses of a
 * name are checked on connecting. WHATWG URL parsing has by then turned 0x7f.1, 017700000001 and the like into 127.0.0.1.
 */
export function refuseUrl(url: string, allowlist: Allowlist): string | null {
  if (url.length > LONGEST_URL) return `the URL is longer than ${LONGEST_URL} characters`;
  const parsed = URL.parse(url);
  if (parsed === null) return 'the URL is malformed';
  const { protocol, username, password, port, hostname } = parsed;
  if (protocol !== 'http:' && protocol !== 'https:') return 'the URL is not http or https';
  if (username !== '' || password !== '') return 'the URL contains credentials';
  if (port === '0') return 'port 0 cannot be connected to';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (isIP(host) !== 0) return refuseAddress(host, allowlist);
  if (/(?:^|\.)localhost\.?$/.test(host) && !allowsLoopback(allowlist)) return `${host} is this machine`;
  return null;
}

/** Why this IP address is forbidden; null if it is public or on the allowlist. */
export function refuseAddress(address: string, allowlist: Allowlist): string | null {
  if (!ipaddr.isValid(address)) return `${address} is not an IP address`;
  return judge(parseAddress(address), address, allowlist);
}

/**
 * Whether a name has a forbidden address. The owner of a webhook is not told which one: internal
 * names would reveal the network.
 */
export function refuseName(hostname: string, addresses: string[], allowlist: Allowlist): TargetRefusedError | null {
  const reason = addresses.map((address) => refuseAddress(address, allowlist)).find((found) => found !== null);
  return reason === undefined
    ? null
    : new TargetRefusedError(`${hostname} leads to an address that is not allowed`, reason);
}

function judge(address: Address, shown: string, allowlist: Allowlist): string | null {
  if (allowlist.some((network) => matches(address, network))) return null;
  const carried = listCarried(address);
  for (const inner of carried) {
    const reason = judge(inner, inner.toString(), allowlist);
    if (reason !== null) return `${shown} stands for ${inner.toString()}, and ${reason}`;
  }
  const name = carried.length > 0 ? null : nameSpecial(address);
  return name === null ? null : `${shown} is ${name}`;
}

function allowsLoopback(allowlist: Allowlist): boolean {
  return refuseAddress('127.0.0.1', allowlist) === null || refuseAddress('::1', allowlist) === null;
}

function parseNetwork(entry: string): [Address, number] {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  if (family === 0 || rest.length > 0 || !(length <= most)) {
    throw new Error(`"${entry}" in the target allowlist is neither an IP address nor a CIDR such as 10.0.0.0/8`);
  }
  return [parseAddress(address), length];
}
