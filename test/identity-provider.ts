import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { Provider, type ProviderContext } from 'oidc-provider';
import type { SingleSignOn } from '../core/single-sign-on.ts';

interface TestPerson {
  groups?: unknown;
  email?: string;
  email_verified?: boolean;
}

type Claims = Record<string, unknown>;

/** Changes what the provider says, on the way to Posthorn. */
interface Tampering {
  metadata?: (metadata: Claims) => Claims;
  tokens?: (tokens: { id_token: string }) => Claims;
  userinfo?: (claims: Claims) => Claims;
}

/** The origin of a dashboard behind a proxy, which the provider knows as well. */
export const PUBLIC = 'https://posthorn.example.com';

/** `oidc-provider` with its development pages: any password signs in. */
export class TestProvider {
  /** By login. Others have no groups. */
  readonly people = new Map<string, TestPerson>();
  tampering: Tampering = {};
  /** In place of answers: the connection breaks, or a proxy answers 502. */
  outage: 'broken' | 'bad gateway' | undefined;
  readonly clientId = 'posthorn';
  readonly clientSecret = randomBytes(24).toString('base64url');
  /** The paths that were asked for. */
  readonly asked: string[] = [];
  private readonly key = newKey();
  private readonly server: Server;
  private answer: RequestListener | undefined;

  private constructor() {
    this.server = createServer((request, response) => this.respond(request, response));
  }

  /** For a dashboard at `origin`. */
  static async start(origin: string): Promise<TestProvider> {
    const started = new TestProvider();
    started.server.listen(0, '127.0.0.1');
    await once(started.server, 'listening');
    started.answer = started.create(origin).callback();
    return started;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The settings of a dashboard at `origin` that uses this provider. */
  settings(origin: string, groups: SingleSignOn['groups']): SingleSignOn {
    return {
      issuer: new URL(this.issuer),
      clientId: this.clientId,
      clientSecret: this.clientSecret,
      scopes: 'openid profile email groups',
      groupsClaim: 'groups',
      groups,
      sessionSeconds: 8 * 3600,
      publicUrl: origin,
    };
  }

  /** The ID token with other claims, signed anew. */
  reissue(idToken: string, changes: Claims, by = this.key): string {
    const payload = JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as Claims;
    const header = { alg: 'RS256', typ: 'JWT', kid: 'test' };
    const text = [header, { ...payload, ...changes }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign('sha256', Buffer.from(text), by.privateKey).toString('base64url')}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private create(origin: string): Provider {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: this.clientId,
          client_secret: this.clientSecret,
          redirect_uris: [origin, PUBLIC].map((each) => `${each}/api/sso/callback`),
          post_logout_redirect_uris: [`${origin}/`],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'], profile: [] },
      cookies: { keys: [randomBytes(16).toString('hex')] },
      jwks: { keys: [{ ...this.key.privateKey.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
      pkce: { required: () => true },
      ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Grant: 600, Session: 600 },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, ...this.people.get(id) }) }),
      loadExistingGrant: grantEverything,
    });
    provider.use(async (context, next) => {
      await next();
      const { metadata, tokens, userinfo } = this.tampering;
      const body = context.body as never;
      if (metadata && context.path === '/.well-known/openid-configuration') context.body = metadata(body);
      if (tokens && context.path === '/token') context.body = tokens(body);
      if (userinfo && context.path === '/me') context.body = userinfo(body);
    });
    return provider;
  }

  private respond(request: IncomingMessage, response: ServerResponse): void {
    this.asked.push(request.url!.split('?')[0]!);
    if (this.outage === 'broken') response.destroy();
    else if (this.outage) response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
    else this.answer!(request, response);
  }
}

export function newKey() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** Without it the provider asks people to allow what the client asks for. */
async function grantEverything({ oidc }: ProviderContext) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope('openid email profile groups');
  await grant.save();
  return grant;
}
