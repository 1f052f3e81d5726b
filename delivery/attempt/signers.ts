import type { Logger } from 'pino';
import { Signer } from './sign.ts';
import type { SecretBox } from '../../core/secrets.ts';
import type { Claimed } from '../claim/claimed.ts';

const REMEMBERED_SECRETS = 10_000;

/** Decrypts each secret once, not for each attempt. Null, and logged once, if it cannot be decrypted. */
export function rememberSigners(box: SecretBox, log: Logger): (claimed: Claimed) => Signer | null {
  const signers = new Map<string, Signer | null>();
  return ({ secret, webhook_id: webhook }) => {
    const known = signers.get(secret);
    if (known !== undefined) return known;
    if (signers.size >= REMEMBERED_SECRETS) signers.clear();
    const signer = openSigner(box, secret, (err) =>
      log.error({ err, webhook }, 'webhook secret cannot be decrypted: deliveries wait for a new secret'),
    );
    signers.set(secret, signer);
    return signer;
  };
}

function openSigner(box: SecretBox, sealed: string, onError: (error: unknown) => void): Signer | null {
  try {
    return new Signer(box.open(Buffer.from(sealed, 'base64')));
  } catch (error) {
    onError(error);
    return null;
  }
}
