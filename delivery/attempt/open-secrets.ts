import type { Logger } from 'pino';
import { openOptions, type SealedOptions, type WebhookOptions } from '../../core/options/index.ts';
import { looksLikeCredential } from '../../core/domain/credentials.ts';
import { textsOf } from './conceal.ts';
import { Signer } from './sign.ts';
import type { SecretBox } from '../../core/secrets.ts';
import type { Claimed } from '../claim/claimed.ts';

/** What an attempt needs decrypted. */
export interface Opened {
  signer: Signer;
  /** During a rotation, the new secret's; `signer` is the old one's. */
  next: Signer | null;
  options: WebhookOptions;
  /** Texts that must not be kept if the receiver repeats them. */
  secrets: readonly string[];
}

type OpenedSigners = Pick<Opened, 'signer' | 'next'>;
type OpenedOptions = Pick<Opened, 'options' | 'secrets'>;

const REMEMBERED_SECRETS = 10_000;

/** Decrypts each secret and each webhook's options once, not for each attempt. What cannot be decrypted is logged once. */
export class SecretOpener {
  private readonly box: SecretBox;
  private readonly log: Logger;
  private readonly now: () => number;
  private readonly signers = new Map<string, Signer | null>();
  /** The claims read the same options into the same object (createOptionReader). */
  private readonly options = new WeakMap<SealedOptions, OpenedOptions | null>();

  /** `now` is the database's time, in milliseconds since 1970. */
  constructor(box: SecretBox, log: Logger, now: () => number) {
    this.box = box;
    this.log = log;
    this.now = now;
  }

  /** Returns what cannot be decrypted instead, in words. */
  open(claimed: Claimed): Opened | string {
    const signers = this.signersOf(claimed);
    if (signers === null) return 'the stored secret of its webhook cannot be decrypted';
    const options = this.optionsOf(claimed);
    return options === null ? 'a stored header of its webhook cannot be decrypted' : { ...signers, ...options };
  }

  private signersOf(claimed: Claimed): OpenedSigners | null {
    const { secret, previous_secret: previous, previous_secret_expires_at: expiresAt, webhook_id: webhook } = claimed;
    const current = this.signerOf(secret, webhook);
    if (current === null) return null;
    if (previous === null || expiresAt === null || this.now() >= expiresAt * 1000)
      return { signer: current, next: null };
    const signer = this.signerOf(previous, webhook);
    return signer && { signer, next: current };
  }

  private signerOf(sealed: string, webhook: string): Signer | null {
    const known = this.signers.get(sealed);
    if (known !== undefined) return known;
    if (this.signers.size >= REMEMBERED_SECRETS) this.signers.clear();
    const signer = this.attempt(
      () => new Signer(this.box.open(Buffer.from(sealed, 'base64'))),
      webhook,
      'webhook secret cannot be decrypted: deliveries wait for a new secret',
    );
    this.signers.set(sealed, signer);
    return signer;
  }

  private optionsOf({ options, webhook_id: webhook }: Claimed): OpenedOptions | null {
    const known = this.options.get(options);
    if (known !== undefined) return known;
    const opened = this.attempt(
      () => readSecrets(openOptions(options, this.box)),
      webhook,
      'webhook header cannot be decrypted: deliveries wait for new headers',
    );
    this.options.set(options, opened);
    return opened;
  }

  private attempt<Result>(open: () => Result, webhook: string, problem: string): Result | null {
    try {
      return open();
    } catch (error) {
      this.log.error({ err: error, webhook }, problem);
      return null;
    }
  }
}

function readSecrets(options: WebhookOptions): OpenedOptions {
  const secret = Object.entries(options.headers).filter(([name]) => looksLikeCredential(name));
  return { options, secrets: textsOf(secret.map(([, value]) => value)) };
}
