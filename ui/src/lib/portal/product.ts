import type { Session } from '../../../../core/contracts/session.ts';

/** What the dashboard is called: Posthorn, or in a portal as the product wants it. */
export function nameProduct(session: Session): string {
  return session.portal?.name ?? 'Posthorn';
}
