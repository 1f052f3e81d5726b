import ipaddr from 'ipaddr.js';

export type Address = ReturnType<typeof ipaddr.parse>;

/** Where clouds answer with credentials; 168.63.129.16 looks public and is not. */
const METADATA_ADDRESSES = [
  '169.254.169.254',
  '169.254.170.2',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
].map((address) => ipaddr.parse(address).toNormalizedString());

const RANGES: [cidr: string, name: string][] = [
  ['0.0.0.0/32', 'the unspecified address'],
  ['0.0.0.0/8', 'an address of this network'],
  ['10.0.0.0/8', 'a private address'],
  ['100.64.0.0/10', 'a carrier-grade NAT address'],
  ['127.0.0.0/8', 'a loopback address'],
  ['169.254.0.0/16', 'a link-local address'],
  ['172.16.0.0/12', 'a private address'],
  ['192.0.2.0/24', 'a documentation address'],
  ['192.0.0.0/24', 'a reserved address'],
  ['192.88.99.0/24', 'a reserved address'],
  ['192.168.0.0/16', 'a private address'],
  ['198.18.0.0/15', 'a benchmarking address'],
  ['198.51.100.0/24', 'a documentation address'],
  ['203.0.113.0/24', 'a documentation address'],
  ['224.0.0.0/4', 'a multicast address'],
  ['255.255.255.255/32', 'the broadcast address'],
  ['240.0.0.0/4', 'a reserved address'],
  ['::/128', 'the unspecified address'],
  ['::1/128', 'a loopback address'],
  ['fc00::/7', 'a unique local address'],
  ['fe80::/10', 'a link-local address'],
  ['fec0::/10', 'a site-local address'],
  ['ff00::/8', 'a multicast address'],
  ['100::/64', 'a discard address'],
  ['2001:2::/48', 'a benchmarking address'],
  ['2001:db8::/32', 'a documentation address'],
  ['3fff::/20', 'a documentation address'],
];
const PARSED_RANGES = RANGES.map(([cidr, name]) => ({ range: ipaddr.parseCIDR(cidr), name }));

/** Only this block is handed out for use on the Internet (IANA); Teredo's 2001::/32 aside, 2001::/23 is for protocols. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
const PROTOCOL_ASSIGNMENTS = ipaddr.parseCIDR('2001::/23');

/** IPv6 prefixes whose addresses lead to an IPv4 address that they carry, and where in the eight groups it is. */
const CARRIERS: { range: [Address, number]; read: (groups: number[]) => [high: number, low: number][] }[] = [
  carry('::ffff:0:0/96', [6]),
  carry('::ffff:0:0:0/96', [6]),
  carry('64:ff9b::/96', [6]),
  carry('2002::/16', [1]),
  // Teredo carries its server, and its client with every bit inverted.
  {
    range: ipaddr.parseCIDR('2001::/32'),
    read: (groups) => [pairAt(groups, 2), [groupAt(groups, 6) ^ 0xffff, groupAt(groups, 7) ^ 0xffff]],
  },
];

/** Throws an Error for what is no address. ipaddr.js takes ::10.0.0.1 for ::ffff:10.0.0.1, which is another address. */
export function parseAddress(text: string): Address {
  return ipaddr.parse(text.replace(/^::(?=\d+\.)/, '0:0:0:0:0:0:'));
}

/** The IPv4 addresses that an IPv6 address leads to; none for an ordinary one. */
export function listCarried(address: Address): Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [];
  const carrier = CARRIERS.find(({ range }) => matches(address, range));
  if (carrier === undefined) return [];
  return carrier
    .read(address.parts)
    .map(([high, low]) => new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]));
}

/** What the address is, if it is not an ordinary public one. */
export function nameSpecial(address: Address): string | null {
  if (METADATA_ADDRESSES.includes(address.toNormalizedString())) return 'the address of a cloud metadata service';
  const special = PARSED_RANGES.find(({ range }) => matches(address, range));
  if (special !== undefined) return special.name;
  if (address.kind() === 'ipv4') return null;
  return matches(address, GLOBAL_UNICAST) && !matches(address, PROTOCOL_ASSIGNMENTS) ? null : 'a reserved address';
}

export function matches(address: Address, [network, bits]: [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

function carry(cidr: string, [first]: [number]): (typeof CARRIERS)[number] {
  return { range: ipaddr.parseCIDR(cidr), read: (groups) => [pairAt(groups, first)] };
}

function pairAt(groups: number[], first: number): [number, number] {
  return [groupAt(groups, first), groupAt(groups, first + 1)];
}

function groupAt(groups: number[], index: number): number {
  return groups[index] ?? 0;
}
