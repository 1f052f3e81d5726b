import { z } from 'zod';
import { REDACTED } from '../domain/credentials.ts';
import type { Sealed, TextBox } from '../domain/sealed.ts';
import { defineSealed, OptionError } from './webhook-option.ts';

const LONGEST = 16_384;
const CERTIFICATES = /^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)+\s*$/;
const PRIVATE_KEY = /^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\s*$/;

const ClientCertificate = z
  .strictObject({
    certificate: z
      .string()
      .max(LONGEST)
      .regex(CERTIFICATES, {
        error: 'must be a certificate in PEM, with those of its intermediate authorities after it',
      })
      .meta({ description: 'in PEM; those of intermediate authorities follow it' }),
    private_key: z
      .string()
      .max(LONGEST)
      .refine((key) => key === REDACTED || PRIVATE_KEY.test(key), { error: 'must be a private key in PEM' })
      .meta({
        description: `in PEM, without a passphrase; answers show \`${REDACTED}\`, and \`${REDACTED}\` in a change keeps the stored key`,
      }),
  })
  .nullable()
  .meta({ id: 'ClientCertificate', description: 'null: none' });

interface Stored {
  certificate: string;
  private_key: Sealed;
}

/** With what an https receiver recognizes Posthorn (mutual TLS). */
export const clientCertificate = defineSealed<typeof ClientCertificate, Stored | null>({
  schema: ClientCertificate,
  default: null,
  description:
    'the certificate that attempts show to an `https` receiver that asks for one; the private key is encrypted at rest',
  takesEffect: 'with the next attempt',
  manual: `\`{"certificate": "-----BEGIN CERTIFICATE-----…", "private_key": "-----BEGIN PRIVATE KEY-----…"}\`, both in PEM:

- \`certificate\` may have the certificates of its intermediate authorities after it.
- \`private_key\` has no passphrase. Responses show \`[redacted]\`, and \`[redacted]\` in a change keeps the stored key.

They must belong together, and the certificate must not have expired. One that expires later is still sent: the receiver decides. Many receivers close
the connection without a word if they do not trust it.`,
  merge: (before, change, box) => {
    if (change === null) return null;
    const { certificate, private_key } = change;
    return { certificate, private_key: private_key === REDACTED ? keep(before) : box.sealText(private_key) };
  },
  sealing: {
    open: (stored, box) => mapKey(stored, (key) => box.openText(key)),
    show: (stored) => mapKey(stored, () => REDACTED),
    reseal: (stored, box: TextBox) => mapKey(stored, (key) => box.resealText(key)),
  },
  onRequest: (certificate, request) =>
    certificate === null
      ? request
      : { ...request, clientCertificate: { cert: certificate.certificate, key: certificate.private_key } },
});

function keep(before: Stored | null): Sealed {
  if (before !== null) return before.private_key;
  const message = `no private key is stored; send it instead of ${REDACTED}`;
  throw new OptionError('client_certificate.private_key', message);
}

function mapKey<Key>(
  stored: Stored | null,
  map: (key: Sealed) => Key,
): { certificate: string; private_key: Key } | null {
  return stored && { certificate: stored.certificate, private_key: map(stored.private_key) };
}
