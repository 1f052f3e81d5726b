import type * as openid from 'openid-client';
import type { Logger } from 'pino';
import { CONTROL } from '../../core/contracts/common.ts';
import type { SingleSignOn } from '../../core/single-sign-on.ts';
import { explainFailure, isUnreachable, SignOnFailure } from './failure.ts';
import { fetchProvider } from './fetch-provider.ts';
import type { Flow } from './flow.ts';
import type { Person } from './sign-on-sessions.ts';

export const CALLBACK = '/api/sso/callback';

/** For one request to the provider. */
const TIMEOUT_S = 5;
/** A kept connection may break just then. */
const TRIES = 2;
/** Its metadata is read again after this time. Meanwhile, and while it is away, what is known is used. */
const KNOWN_MS = 60 * 60_000;
/** If that fails, it is tried again after this time. */
const AWAY_MS = 60_000;
/** OpenID Connect Core, 2: a `sub` has at most 255 characters. */
const LONGEST_NAME = 255;

type Library = typeof openid;
type Claims = Record<string, unknown>;

/** The identity provider. It is asked for the first time when somebody signs in. Everything that it says is checked, signatures included. */
export class IdentityProvider {
  private readonly settings: SingleSignOn;
  private readonly log: Logger;
  private known: { configuration: openid.Configuration; until: number } | undefined;
  private pending: Promise<openid.Configuration> | undefined;

  constructor(settings: SingleSignOn, log: Logger) {
    this.settings = settings;
    this.log = log;
  }

  /**
   * Where to send the browser, and what it has to bring back. `asOther`: the provider asks who it is, although somebody is signed in there.
   * @throws SignOnFailure
   */
  async begin(returnTo: string, asOther: boolean): Promise<{ url: URL; flow: Flow }> {
    return await this.explained('its metadata', async (library) => {
      const configuration = await this.connect(library);
      const verifier = library.randomPKCECodeVerifier();
      const flow = { state: library.randomState(), nonce: library.randomNonce(), verifier, returnTo };
      const url = library.buildAuthorizationUrl(configuration, {
        redirect_uri: this.settings.publicUrl + CALLBACK,
        scope: this.settings.scopes,
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(asOther && { prompt: 'login' }),
      });
      return { url, flow };
    });
  }

  /** Exchanges the code in the query for the person. @throws SignOnFailure */
  async finish(query: string, { state, nonce, verifier }: Flow): Promise<Person> {
    return await this.explained('proof of who you are', async (library) => {
      const configuration = await this.connect(library);
      const address = new URL(CALLBACK + query, this.settings.publicUrl);
      const tokens = await library.authorizationCodeGrant(configuration, address, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const inToken = tokens.claims()!;
      const claims = await this.complete(library, configuration, inToken, tokens.access_token);
      return { name: nameOf(claims), groups: this.readGroups(claims), idToken: tokens.id_token! };
    });
  }

  /** Where the person's session with the provider ends; null: it has no such page, or does not answer. Without a token it may ask who it is. */
  async endSessionUrl(idToken: string | null): Promise<string | null> {
    try {
      const library = await import('openid-client');
      const configuration = await this.connect(library);
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
      const back = `${this.settings.publicUrl}/`;
      const parameters = { post_logout_redirect_uri: back, ...(idToken !== null && { id_token_hint: idToken }) };
      return library.buildEndSessionUrl(configuration, parameters).href;
    } catch (error) {
      const { message } = explainFailure(error, this.settings.issuer, 'its metadata');
      this.log.warn({ reason: message }, 'signed out here only, not at the identity provider');
      return null;
    }
  }

  private async explained<Result>(step: string, work: (library: Library) => Promise<Result>): Promise<Result> {
    try {
      return await work(await import('openid-client'));
    } catch (error) {
      throw explainFailure(error, this.settings.issuer, step);
    }
  }

  private async connect(library: Library): Promise<openid.Configuration> {
    if (this.known && this.known.until > Date.now()) return this.known.configuration;
    this.pending ??= this.discover(library).finally(() => (this.pending = undefined));
    try {
      return await this.pending;
    } catch (error) {
      if (!this.known) throw error;
      this.known.until = Date.now() + AWAY_MS;
      return this.known.configuration;
    }
  }

  private async discover(library: Library): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.settings;
    const execute = [library.enableNonRepudiationChecks];
    // For an issuer on this machine; `fetchProvider` allows no other.
    if (issuer.protocol === 'http:') execute.push(library.allowInsecureRequests);
    const [basic, post] = [library.ClientSecretBasic(clientSecret), library.ClientSecretPost(clientSecret)];
    const authenticate: typeof basic = (server, ...rest) => {
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return (methods.includes('client_secret_basic') ? basic : post)(server, ...rest);
    };
    const options = { execute, timeout: TIMEOUT_S, [library.customFetch]: fetchProvider as never };
    for (let tries = 1; ; tries++) {
      try {
        const configuration = await library.discovery(issuer, clientId, undefined, authenticate, options);
        this.requireIssuer(configuration.serverMetadata().issuer);
        this.known = { configuration, until: Date.now() + KNOWN_MS };
        return configuration;
      } catch (error) {
        if (tries === TRIES || !isUnreachable(error)) throw error;
      }
    }
  }

  /** The library makes exceptions for some providers, which would let in people of any tenant. */
  private requireIssuer(named: string): void {
    if (new URL(named).href === this.settings.issuer.href) return;
    throw new SignOnFailure(
      502,
      'The identity provider’s answer cannot be trusted',
      `${this.settings.issuer.href} says that it is ${named}.`,
    );
  }

  /** Many providers have groups and email addresses in the UserInfo response only. */
  private async complete(
    library: Library,
    configuration: openid.Configuration,
    inToken: openid.IDToken,
    accessToken: string,
  ) {
    const isComplete = inToken[this.settings.groupsClaim] !== undefined && inToken['email'] !== undefined;
    if (isComplete || configuration.serverMetadata().userinfo_endpoint === undefined) return inToken;
    const more = await library.fetchUserInfo(configuration, accessToken, inToken.sub);
    return { ...more, ...inToken } as Claims;
  }

  private readGroups(claims: Claims): string[] {
    const { groupsClaim } = this.settings;
    const claimed = claims[groupsClaim];
    const elsewhere = claims['_claim_names'] as Claims | undefined;
    if (claimed === undefined && elsewhere?.[groupsClaim] !== undefined) {
      throw new SignOnFailure(
        403,
        'You are in too many groups',
        'The identity provider left your groups out because there are too many. Ask the people who run Posthorn to send only the groups that ' +
          'are assigned to this application, or roles in place of groups.',
      );
    }
    return [claimed].flat().filter((group) => typeof group === 'string');
  }
}

/** An email address that the provider does not vouch for may be somebody else's. */
function nameOf({ email, email_verified: verified, sub }: Claims): string {
  const name = typeof email === 'string' && verified !== false && isName(email) ? email : sub;
  if (typeof name === 'string' && isName(name)) return name;
  throw new SignOnFailure(
    502,
    'The identity provider’s answer cannot be trusted',
    'Its name for you is too long, or contains control characters.',
  );
}

function isName(text: string): boolean {
  return text.length >= 1 && text.length <= LONGEST_NAME && !CONTROL.test(text);
}
