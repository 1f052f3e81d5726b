import type { Scope } from '../../../../core/contracts/key.ts';

/** The scopes in display order, with descriptions. */
export const SCOPE_TEXTS: readonly { scope: Scope; allows: string }[] = [
  { scope: 'events:write', allows: 'Emit events, retry and cancel deliveries' },
  { scope: 'events:read', allows: 'See events and deliveries, with what is in them' },
  { scope: 'webhooks:read', allows: 'See webhooks' },
  { scope: 'webhooks:write', allows: 'Register, change, pause and delete webhooks' },
  { scope: 'admin', allows: 'All of it, and the audit log; without a platform also keys' },
];
