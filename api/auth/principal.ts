import type { Scope } from '../../core/contracts/key.ts';
import type { PortalLook } from '../../core/contracts/portal.ts';

/** The key that a request was made with, or the person who is signed in. */
export interface Principal {
  /** Null for a person: what belongs to a key, such as a portal link, needs a key. */
  id: string | null;
  name: string;
  /** Null: every platform. */
  platform: string | null;
  /** Null: every organization; empty: what belongs to none. */
  orgId: string | null;
  scopes: ReadonlySet<Scope>;
  /** Only for the session of a portal link. */
  portal?: PortalLook;
  /** Only after single sign-on: whether the person may choose other rights. */
  hasChoice?: boolean;
}
