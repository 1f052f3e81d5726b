import { hc, type ClientResponse } from 'hono/client';
import type { Api, PlatformApi, WebhooksApi } from '../../../../api/client.ts';
import type { Session } from '../../../../core/contracts/session.ts';
import { fetchApi } from './request.ts';
import { basesOf, type Owner } from './session.ts';

/** The session, the dashboard's reads and the API keys. */
export const api = hc<Api>('/', { fetch: fetchApi });

/** The API for an owner's events and deliveries. */
export function platformApi(session: Session, owner: Owner) {
  return hc<PlatformApi>(basesOf(session, owner).api, { fetch: fetchApi });
}

/** The API for an owner's webhooks. */
export function webhooksApi(session: Session, owner: Owner) {
  return hc<WebhooksApi>(basesOf(session, owner).webhooks, { fetch: fetchApi });
}

/** Awaits a client call and returns the response body: `await read(api.api.session.$get())`. */
export async function read<Body>(answer: Promise<ClientResponse<Body, number, 'json'>>): Promise<Body> {
  const response = await answer;
  return response.json();
}
