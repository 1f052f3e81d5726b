import type { Scope } from '../../../../core/contracts/key.ts';

/** The scopes in display order, with descriptions. */
export const SCOPE_TEXTS: readonly { scope: Scope; allows: string }[] = [
  { scope: 'events:write', allows: 'Emit events, retry and cancel deliveries' },
  { scope: 'events:read', allows: 'View events and deliveries, including payloads' },
  { scope: 'webhooks:read', allows: 'View webhooks' },
  { scope: 'webhooks:write', allows: 'Register, change, pause and delete webhooks' },
  { scope: 'admin', allows: 'Everything, including the audit log; without a platform also keys' },
];
