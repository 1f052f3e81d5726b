import { Posthorn } from '../../clients/typescript/src/posthorn.ts';
import { ApiError, ConnectionError } from '../../clients/typescript/src/errors.ts';
import { usageError } from '../command-error.ts';
import type { ConnectionSettings } from '../settings/connection.ts';
import type { Session } from './model.ts';
import { baseOf, findOwner, type AskedOwner, type OwnerName } from './owner.ts';

export type Query = Record<string, string | number | undefined>;

interface Page<Item> {
  data: Item[];
  next_cursor: string | null;
}

const LARGEST_PAGE = 200;
const LIMIT_MS = 30_000;

/** The API as the user's key sees it. */
export class Api {
  readonly settings: ConnectionSettings;
  readonly client: Posthorn;
  private known: Promise<Session> | undefined;
  private clockOffsetMs = 0;

  constructor(settings: ConnectionSettings) {
    this.settings = settings;
    this.client = this.createClient();
  }

  get asked(): AskedOwner {
    const { platform, org } = this.settings;
    return { platform, org };
  }

  /** @throws ApiError, ConnectionError */
  async get<Body>(path: string, query?: Query): Promise<Body> {
    return (await this.client.call('GET', path, { ...(query && { query }) })) as Body;
  }

  /** The answer as it was sent, with every digit. */
  async getText(path: string): Promise<string> {
    let text = '';
    const client = this.createClient(async (response) => void (text = await response.clone().text()));
    await client.call('GET', path);
    return text;
  }

  /** A response that lasts, once its head is there. @throws ApiError, ConnectionError */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const { url, key } = this.settings;
    const response = await fetch(url + path, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      redirect: 'manual',
      signal,
    }).catch((cause: unknown) => {
      throw new ConnectionError(`${url} did not answer`, { cause });
    });
    if (response.ok && response.body) return response;
    throw new ApiError(response.status, null, await response.json().catch(() => undefined));
  }

  session(): Promise<Session> {
    this.known ??= this.get<Session>('/api/session');
    return this.known;
  }

  /** The owner of new webhooks. @throws CommandError usage if there may be several */
  async owner() {
    return this.clientOf(await this.ownerName());
  }

  /** The path of the API of the owner of new events. @throws CommandError usage if there may be several */
  async ownerBase(): Promise<string> {
    return baseOf(await this.session(), await this.ownerName());
  }

  private async ownerName(): Promise<OwnerName> {
    const session = await this.session();
    const owner = findOwner(session, this.asked);
    if (owner) return owner;
    const choices = session.platforms
      .filter(({ emits }) => emits)
      .map(({ id, scope }) => `--platform ${id}${scope === 'organization' ? ' --org ORGANIZATION' : ''}`);
    throw usageError(`this key may use several platforms; choose one: ${choices.join(', or ')}`);
  }

  /** The owner of an existing webhook or delivery, which is looked up unless the settings or the key leave only one. */
  async ownerOf(kind: 'webhooks' | 'deliveries', id: string) {
    const session = await this.session();
    const isSure = this.asked.platform !== undefined || session.platform !== null;
    const owner = isSure ? findOwner(session, this.asked) : null;
    if (owner) return this.clientOf(owner);
    return this.ownerNamed(await this.get(`/api/dashboard/${kind}/${encodeURIComponent(id)}`));
  }

  ownerNamed({ platform, org_id }: { platform: string; org_id: string | null }) {
    return this.clientOf({ platform, orgId: org_id ?? undefined });
  }

  /** The platform and the organization as query parameters of reads over several owners. */
  ownerQuery(): Query {
    return { platform: this.asked.platform, org_id: this.asked.org };
  }

  /** The pages of a list, `most` items at most. */
  async *list<Item>(path: string, query: Query, most = Infinity): AsyncGenerator<Item[]> {
    let cursor: string | undefined;
    for (let left = most; left > 0;) {
      const page: Page<Item> = await this.get(path, { ...query, limit: Math.min(left, LARGEST_PAGE), cursor });
      if (page.data.length > 0) yield page.data;
      if (page.next_cursor === null) return;
      cursor = page.next_cursor;
      left -= page.data.length;
    }
  }

  /** The time by the API's clock, to about a second, in milliseconds since 1970. */
  serverTime(): number {
    return Date.now() + this.clockOffsetMs;
  }

  private clientOf({ platform, orgId }: OwnerName) {
    return this.client.owner(platform, orgId);
  }

  private createClient(onResponse?: (response: Response) => Promise<void>): Posthorn {
    const { url, key } = this.settings;
    const fetchNoting: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      const date = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(date)) this.clockOffsetMs = date - Date.now();
      await onResponse?.(response);
      return response;
    };
    return new Posthorn({ url, key, timeoutMs: LIMIT_MS, retries: { tries: 4 }, fetch: fetchNoting });
  }
}

/** Whether the same request may succeed later. */
export function isPassing(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ApiError && error.status >= 502);
}
