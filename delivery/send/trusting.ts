import { getCACertificates } from 'node:tls';

/** The `ca` of a TLS connection that trusts these authorities beside the usual ones. */
export function trusting(ca: string): string[] {
  return [...getCACertificates('default'), ca];
}
