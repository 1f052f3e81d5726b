import { describe, expect, it } from 'vitest';
import { parseAllowlist, refuseAddress, refuseUrl } from './guard.ts';

const nothing = parseAllowlist('');

describe('refuseAddress', () => {
  it.each([
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['10.0.0.1', 'a private address'],
    ['172.16.0.1', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.168.1.1', 'a private address'],
    ['169.254.1.1', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['169.254.169.254', 'the address of a cloud metadata service'],
    ['fd00:ec2::254', 'the address of a cloud metadata service'],
    ['168.63.129.16', 'the address of a cloud metadata service'],
    ['100.100.100.200', 'the address of a cloud metadata service'],
    ['100.64.0.1', 'a carrier-grade NAT address'],
    ['224.0.0.1', 'a multicast address'],
    ['239.255.255.255', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['0.0.0.0', 'the unspecified address'],
    ['0.1.2.3', 'an address of this network'],
    ['::', 'the unspecified address'],
    ['255.255.255.255', 'the broadcast address'],
    ['240.0.0.1', 'a reserved address'],
    ['192.0.0.8', 'a reserved address'],
    ['192.88.99.1', 'a reserved address'],
    ['192.0.2.1', 'a documentation address'],
    ['198.51.100.1', 'a documentation address'],
    ['203.0.113.1', 'a documentation address'],
    ['2001:db8::1', 'a documentation address'],
    ['3fff::1', 'a documentation address'],
    ['198.18.0.1', 'a benchmarking address'],
    ['198.19.255.255', 'a benchmarking address'],
    ['2001:2::1', 'a benchmarking address'],
    ['fc00::1', 'a unique local address'],
    ['fdff::1', 'a unique local address'],
    ['fec0::1', 'a site-local address'],
    ['100::1', 'a discard address'],
    ['2001:20::1', 'a reserved address'],
    ['64:ff9b:1::1', 'a reserved address'],
    ['4000::1', 'a reserved address'],
    // IPv4-compatible addresses lead nowhere, whatever they contain.
    ['::8.8.8.8', 'a reserved address'],
    ['::127.0.0.1', 'a reserved address'],
  ])('refuses %s: %s', (address, name) => {
    expect(refuseAddress(address, nothing)).toBe(`${address} is ${name}`);
  });

  it.each([
    ['::ffff:127.0.0.1', '127.0.0.1 is a loopback address'],
    ['::ffff:a9fe:a9fe', '169.254.169.254 is the address of a cloud metadata service'],
    ['::ffff:0:10.0.0.1', '10.0.0.1 is a private address'],
    ['64:ff9b::10.0.0.1', '10.0.0.1 is a private address'],
    ['64:ff9b::7f00:1', '127.0.0.1 is a loopback address'],
    ['2002:c0a8:101::1', '192.168.1.1 is a private address'],
    ['2002:7f00:1::', '127.0.0.1 is a loopback address'],
    // Teredo: the server, then the client, inverted.
    ['2001:0:a00:1:0:0:f7f7:f7f7', '10.0.0.1 is a private address'],
    ['2001:0:808:808:0:0:f5ff:fffe', '10.0.0.1 is a private address'],
  ])('refuses %s, which stands for a forbidden one', (address, inner) => {
    expect(refuseAddress(address, nothing)).toMatch(new RegExp(`^${address} stands for .*, and ${inner}$`));
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.255.255',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ])('lets %s pass', (address) => {
    expect(refuseAddress(address, nothing)).toBeNull();
  });

  it('refuses what is no address', () => {
    expect(refuseAddress('example.com', nothing)).toBe('example.com is not an IP address');
  });
});

describe('refuseUrl', () => {
  it.each([
    ['http://127.0.0.1/', '127.0.0.1 is a loopback address'],
    ['http://2130706433/', '127.0.0.1 is a loopback address'],
    ['http://0x7f000001/', '127.0.0.1 is a loopback address'],
    ['http://0x7f.1/', '127.0.0.1 is a loopback address'],
    ['http://0177.0.0.1/', '127.0.0.1 is a loopback address'],
    ['http://017700000001/', '127.0.0.1 is a loopback address'],
    ['http://127.1/', '127.0.0.1 is a loopback address'],
    ['http://127.0.0.1./', '127.0.0.1 is a loopback address'],
    ['http://①②⑦.0.0.1/', '127.0.0.1 is a loopback address'],
    ['http://%31%32%37.0.0.1/', '127.0.0.1 is a loopback address'],
    ['http://0/', '0.0.0.0 is the unspecified address'],
    ['https://[::1]:8443/', '::1 is a loopback address'],
    ['https://[0:0:0:0:0:0:0:1]/', '::1 is a loopback address'],
    ['https://[::ffff:127.0.0.1]/', '::ffff:7f00:1 stands for 127.0.0.1, and 127.0.0.1 is a loopback address'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'is the address of a cloud metadata service'],
    ['http://169.254.169.254/latest/meta-data/', 'is the address of a cloud metadata service'],
    ['http://localhost:3000/', 'localhost is this machine'],
    ['http://LOCALHOST./', 'localhost. is this machine'],
    ['http://api.localhost/', 'api.localhost is this machine'],
    ['ftp://example.com/', 'the URL is not http or https'],
    ['file:///etc/passwd', 'the URL is not http or https'],
    ['javascript:alert(1)', 'the URL is not http or https'],
    ['https://user:pass@example.com/', 'the URL contains credentials'],
    ['https://user@example.com/', 'the URL contains credentials'],
    ['https://:pass@example.com/', 'the URL contains credentials'],
    ['http://example.com:0/', 'port 0 cannot be connected to'],
    ['http://example.com:65536/', 'the URL is malformed'],
    ['example.com/hook', 'the URL is malformed'],
    ['http://', 'the URL is malformed'],
    ['http://256.256.256.256/', 'the URL is malformed'],
    ['http://[fe80::1%25eth0]/', 'the URL is malformed'],
    ['', 'the URL is malformed'],
    [`https://example.com/${'a'.repeat(2048)}`, 'the URL is longer than 2048 characters'],
  ])('refuses %s', (url, reason) => {
    expect(refuseUrl(url, nothing)).toContain(reason);
  });

  it.each([
    'https://example.com/hook',
    'http://example.com:1/',
    'http://example.com:65535/',
    'https://example.com/hook?a=b#fragment',
    'https://8.8.8.8/',
    'https://bücher.example/',
    'https://localhost.example.com/',
    'https://mylocalhost/',
  ])('lets %s pass', (url) => {
    expect(refuseUrl(url, nothing)).toBeNull();
  });

  it('lets localhost pass where loopback is allowed', () => {
    for (const text of ['127.0.0.0/8', '::1']) {
      expect(refuseUrl('http://localhost:9999/hook', parseAllowlist(text))).toBeNull();
    }
    expect(refuseUrl('http://localhost:9999/hook', parseAllowlist('10.0.0.0/8'))).toBe('localhost is this machine');
  });
});

describe('parseAllowlist', () => {
  it('opens the networks and addresses that it names, however they are written in the URL, and nothing else', () => {
    const allowlist = parseAllowlist(' 10.1.0.0/16, 192.168.1.7 ,fd12::/16,, ');
    for (const address of ['10.1.2.3', '192.168.1.7', 'fd12::9', '::ffff:10.1.2.3', '64:ff9b::10.1.2.3']) {
      expect(refuseAddress(address, allowlist), address).toBeNull();
    }
    for (const address of ['10.2.0.1', '192.168.1.8', 'fd13::9', '127.0.0.1']) {
      expect(refuseAddress(address, allowlist), address).not.toBeNull();
    }
    expect(refuseUrl('http://0xa010203/', allowlist)).toBeNull();
  });

  it('may open everything', () => {
    const allowlist = parseAllowlist('0.0.0.0/0,::/0');
    for (const address of ['127.0.0.1', '169.254.169.254', '::1']) expect(refuseAddress(address, allowlist)).toBeNull();
  });

  it.each(['10.0.0.0/33', 'fd00::/129', 'localhost', '10.0.0.0/8/8', '10.0.0/8', '0x7f.1', '10.0.0.0/', '10.0.0.0/-1'])(
    'names the bad entry %s',
    (entry) => {
      expect(() => parseAllowlist(`127.0.0.0/8, ${entry}`)).toThrow(`"${entry}" in the target allowlist`);
    },
  );
});
