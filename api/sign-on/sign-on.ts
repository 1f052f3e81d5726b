import type pg from 'pg';
import type { Logger } from 'pino';
import type { SecretBox } from '../../core/secrets.ts';
import type { SingleSignOn } from '../../core/single-sign-on.ts';
import { FlowCookie } from './flow.ts';
import { IdentityProvider } from './identity-provider.ts';
import { SignOnSessions } from './sign-on-sessions.ts';

/** Sign-in by OpenID Connect, beside sign-in with keys. */
export interface SignOn {
  settings: SingleSignOn;
  /** Whether browsers reach the dashboard by https. */
  secure: boolean;
  provider: IdentityProvider;
  sessions: SignOnSessions;
  cookie: FlowCookie;
}

/** Undefined without settings. Neither asks the provider nor loads the library yet. */
export function createSignOn(
  settings: SingleSignOn | undefined,
  { pool, secretBox, log }: { pool: pg.Pool; secretBox: SecretBox; log: Logger },
): SignOn | undefined {
  if (!settings) return undefined;
  const secure = settings.publicUrl.startsWith('https:');
  return {
    settings,
    secure,
    provider: new IdentityProvider(settings, log),
    sessions: new SignOnSessions(pool, settings, secretBox),
    cookie: new FlowCookie(secretBox, secure),
  };
}
