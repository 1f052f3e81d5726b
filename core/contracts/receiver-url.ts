import { z } from 'zod';
import { CONTROL } from './common.ts';

/** What the URL standard repairs silently, and nobody means: told at registration, since what is stored is sent to as it is. */
export const ReceiverUrl = z
  .string()
  .min(1)
  .max(2048)
  .refine((url) => !/\s/.test(url), { error: 'must not contain blanks, tabs or line breaks' })
  .refine((url) => !CONTROL.test(url), { error: 'must not contain control characters' })
  .refine((url) => !/^https?:/i.test(url) || /^https?:\/\/[^/\\?#]/i.test(url), {
    error: 'must have two slashes and a host after http: or https:, as in https://example.com/hooks',
  });

/** Base64 that Standard Webhooks libraries can decode; the padding may be left out. */
const STANDARD_SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** A secret that a webhook may be given: 16 to 256 characters. */
export const WebhookSecret = z
  .string()
  .min(16)
  .max(256)
  .refine((secret) => secret.trim() !== '', { error: 'must not consist of blanks alone' })
  .refine((secret) => !secret.startsWith('whsec_') || STANDARD_SECRET.test(secret), {
    error: 'must be base64 after whsec_; leave the prefix out if it is no Standard Webhooks secret',
  });
