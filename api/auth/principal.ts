import type { Scope } from '../../core/contracts/key.ts';
import type { PortalLook } from '../../core/contracts/portal.ts';

/** The key that a request was made with. */
export interface Principal {
  id: string;
  name: string;
  /** Null: every platform. */
  platform: string | null;
  /** Null: every organization; empty: what belongs to none. */
  orgId: string | null;
  scopes: ReadonlySet<Scope>;
  /** Only for the session of a portal link. */
  portal?: PortalLook;
}
