import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { z } from 'zod';
import type { SecretBox } from '../../core/secrets.ts';

/** How long a person may take at the identity provider, seconds. */
const FLOW_SECONDS = 600;
/** A longer path would not fit into a cookie. */
const LONGEST_PATH = 1000;

/** What the browser must bring back from the identity provider. */
export interface Flow {
  state: string;
  nonce: string;
  /** Of PKCE. */
  verifier: string;
  /** The page to open then. */
  returnTo: string;
}

const Stored = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.number(),
});

/** Binds a sign-in to the browser that began it. `secure`: the dashboard is reached by https. */
export class FlowCookie {
  private readonly secretBox: SecretBox;
  private readonly secure: boolean;

  constructor(secretBox: SecretBox, secure: boolean) {
    this.secretBox = secretBox;
    this.secure = secure;
  }

  /** The `Set-Cookie` header that stores the flow. SameSite=Lax, because the browser comes back from another site. */
  write(flow: Flow): string {
    const text = JSON.stringify({ ...flow, until: Date.now() + FLOW_SECONDS * 1000 });
    return this.header(this.secretBox.seal(text).toString('base64url'), FLOW_SECONDS);
  }

  /** The `Set-Cookie` header that removes it. */
  clear(): string {
    return this.header('', 0);
  }

  /** Null: this browser began no sign-in, or too long ago. */
  read(c: Context): Flow | null {
    const cookie = getCookie(c, this.name);
    if (!cookie) return null;
    try {
      const { until, ...flow } = Stored.parse(JSON.parse(this.secretBox.open(Buffer.from(cookie, 'base64url'))));
      return until > Date.now() ? flow : null;
    } catch {
      return null;
    }
  }

  /** With this prefix, browsers take the cookie from this host alone, not from its neighbours. */
  private get name(): string {
    return this.secure ? '__Host-posthorn_sign_on' : 'posthorn_sign_on';
  }

  private header(value: string, age: number): string {
    return `${this.name}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${this.secure ? '; Secure' : ''}`;
  }
}

/** The path if it is one of the dashboard's pages, else `/`: a link must not lead people elsewhere. */
export function readReturnPath(text: string | undefined): string {
  if (!text || text.length > LONGEST_PATH || !/^\/(?![/\\])[\x21-\x7e]*$/.test(text) || text.includes('\\')) return '/';
  const origin = 'http://posthorn.invalid';
  const url = URL.parse(text, origin);
  if (!url || url.origin !== origin || /^\/(api|portal)(\/|$)/.test(url.pathname) || url.pathname.startsWith('//')) {
    return '/';
  }
  return url.pathname + url.search + url.hash;
}
