import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { FieldError } from '../../core/contracts/errors.ts';

const PATH = 'client_certificate';
const EACH = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** What is wrong with a client certificate and its key, both in PEM; null: they go together. */
export function checkCertificate(certificate: string, privateKey: string): FieldError | null {
  const about = (member: string, message: string) => ({ path: `${PATH}.${member}`, message });
  const [own] = (certificate.match(EACH) ?? []).map(readCertificate);
  if (!own) return about('certificate', 'is malformed');
  if (new Date(own.validTo) < new Date())
    return about('certificate', `expired at ${new Date(own.validTo).toISOString()}`);
  const key = readKey(privateKey);
  if (typeof key === 'string') return about('private_key', key);
  return own.checkPrivateKey(key) ? null : about('private_key', 'does not belong to the certificate');
}

function readCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** The key, or what is wrong with it. */
function readKey(pem: string): KeyObject | string {
  if (pem.includes('ENCRYPTED')) return 'is encrypted; remove its passphrase first';
  try {
    return createPrivateKey(pem);
  } catch {
    return 'is malformed';
  }
}
