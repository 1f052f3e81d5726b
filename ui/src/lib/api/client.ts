import { hc, type ClientResponse } from 'hono/client';
import type { Api } from '../../../../api/client.ts';
import { Posthorn } from '../../../../clients/typescript/src/posthorn.ts';
import type { Session } from '../../../../core/contracts/session.ts';
import { BASE } from '../portal/base.ts';
import { fetchApi, fetchOwn } from './request.ts';
import { hasOrganization, type Owner } from './session.ts';

/** Long enough for a change of a webhook with many deliveries. */
const TIMEOUT_MS = 60_000;

/** The session and the dashboard's reads. */
export const api = hc<Api>('/', { fetch: fetchApi });

/** The public API, by the session's cookie. In a portal, it is below the portal's path. Queries are repeated by the query client. */
export const posthorn = new Posthorn({
  url: window.location.origin + BASE,
  key: null,
  timeoutMs: TIMEOUT_MS,
  retries: { tries: 1 },
  fetch: fetchOwn,
});

/** The public API of an owner. */
export function ownerApi(session: Session, owner: Owner) {
  return posthorn.owner(owner.platform, hasOrganization(session, owner) ? (owner.org_id ?? '') : undefined);
}

/** Awaits a client call and returns the response body: `await read(api.api.session.$get())`. */
export async function read<Body>(answer: Promise<ClientResponse<Body, number, 'json'>>): Promise<Body> {
  const response = await answer;
  return response.json();
}
