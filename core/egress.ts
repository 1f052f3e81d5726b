import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

/** How attempts leave this machine. */
export interface Egress {
  /** Every connection is a tunnel of this HTTP proxy (CONNECT, RFC 9110, 9.3.6). */
  proxy?: URL | undefined;
  /** The address that connections come from. Only receivers with an address of its family can be reached. */
  localAddress?: string | undefined;
  /** Certificates in PEM of authorities to trust beside the usual ones. */
  ca?: string | undefined;
  minTlsVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/** Such as `http://proxy.internal:3128` or `http://user:password@proxy.internal:3128`. Problems never repeat it. */
export const egressProxy = z.string().transform((text, context) => {
  const url = URL.parse(text);
  if (url && ['http:', 'https:'].includes(url.protocol) && url.pathname === '/' && !url.search && !url.hash) return url;
  context.addIssue({
    code: 'custom',
    message: 'must be a URL without a path, such as http://user:password@proxy:3128',
  });
  return z.NEVER;
});

export const egressAddress = z
  .string()
  .refine((text) => isIP(text) !== 0, { error: 'must be an IP address of this machine' });

/** Reads a file of certificates. */
export const egressCa = z.string().transform((path, context) => {
  try {
    const pem = readFileSync(path, 'utf8');
    for (const part of pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? ['']) {
      new X509Certificate(part);
    }
    return pem;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code?.startsWith('E') && !code.startsWith('ERR')
        ? `it cannot be read (${code})`
        : 'it has none, or a malformed one';
    context.addIssue({ code: 'custom', message: `must be a file of certificates in PEM: ${reason}` });
    return z.NEVER;
  }
});

export const egressMinTls = z
  .enum(['1.2', '1.3'], { error: 'must be 1.2 or 1.3' })
  .default('1.2')
  .transform((version) => `TLSv${version}` as const);
