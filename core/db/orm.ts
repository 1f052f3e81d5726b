import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { connectOptions } from './connect-options.ts';
import { ApiKey } from './entities/api-key.ts';
import { AuditEntry } from './entities/audit-entry.ts';
import { Recovery } from './entities/recovery.ts';
import { Webhook } from './entities/webhook.ts';
import { M0001Schema } from './migrations/m0001-schema.ts';
import { M0003Recoveries } from './migrations/m0003-recoveries.ts';
import { M0004Dashboard } from './migrations/m0004-dashboard.ts';
import { M0005Lanes } from './migrations/m0005-lanes.ts';
import { M0006WebhookStates } from './migrations/m0006-webhook-states.ts';
import { M0007Uuidv7 } from './migrations/m0007-uuidv7.ts';
import { M0008Subscriptions } from './migrations/m0008-subscriptions.ts';
import { M0009Handover } from './migrations/m0009-handover.ts';
import { M0010RecoveryCount } from './migrations/m0010-recovery-count.ts';
import { M0011Safeguards } from './migrations/m0011-safeguards.ts';
import { M0012OutcomeSpans } from './migrations/m0012-outcome-spans.ts';
import { M0013WebhookOptions } from './migrations/m0013-webhook-options.ts';
import { M0014PlatformOutcomes } from './migrations/m0014-platform-outcomes.ts';
import { M0015PortalLinks } from './migrations/m0015-portal-links.ts';
import { M0016Unrecovered } from './migrations/m0016-unrecovered.ts';
import { M0017SecretRotation } from './migrations/m0017-secret-rotation.ts';
import { M0018Filters } from './migrations/m0018-filters.ts';
import { M0019EventValues } from './migrations/m0019-event-values.ts';
import { M0020Ordering } from './migrations/m0020-ordering.ts';
import { M0022KeyExpiry } from './migrations/m0022-key-expiry.ts';
import { M0023SignOns } from './migrations/m0023-sign-ons.ts';
import { M0024Traces } from './migrations/m0024-traces.ts';
import { OrmClient } from './orm-client.ts';

export interface OrmOptions {
  /** Limit for one statement, milliseconds; 0: no limit. Default 15,000. */
  statementTimeoutMs?: number;
  /** Maximum wait for a lock, milliseconds: others wait behind it. Default 4,000. */
  lockTimeoutMs?: number;
}

/**
 * For everything except the hot path; fork its `em` for each unit of work. Connects at the first query and waits
 * at most 2 s for that.
 */
export async function createOrm(databaseUrl: string, options: OrmOptions = {}): Promise<MikroORM> {
  const { statementTimeoutMs = 15_000, lockTimeoutMs = 4_000 } = options;
  return await MikroORM.init({
    clientUrl: databaseUrl,
    entities: [Webhook, ApiKey, AuditEntry, Recovery],
    extensions: [Migrator],
    forceUtcTimezone: true,
    migrations: {
      migrationsList: [
        { name: 'm0001-schema', class: M0001Schema },
        { name: 'm0003-recoveries', class: M0003Recoveries },
        { name: 'm0004-dashboard', class: M0004Dashboard },
        { name: 'm0005-lanes', class: M0005Lanes },
        { name: 'm0006-webhook-states', class: M0006WebhookStates },
        { name: 'm0007-uuidv7', class: M0007Uuidv7 },
        { name: 'm0008-subscriptions', class: M0008Subscriptions },
        { name: 'm0009-handover', class: M0009Handover },
        { name: 'm0010-recovery-count', class: M0010RecoveryCount },
        { name: 'm0011-safeguards', class: M0011Safeguards },
        { name: 'm0012-outcome-spans', class: M0012OutcomeSpans },
        { name: 'm0013-webhook-options', class: M0013WebhookOptions },
        { name: 'm0014-platform-outcomes', class: M0014PlatformOutcomes },
        { name: 'm0015-portal-links', class: M0015PortalLinks },
        { name: 'm0016-unrecovered', class: M0016Unrecovered },
        { name: 'm0017-secret-rotation', class: M0017SecretRotation },
        { name: 'm0018-filters', class: M0018Filters },
        { name: 'm0019-event-values', class: M0019EventValues },
        { name: 'm0020-ordering', class: M0020Ordering },
        { name: 'm0022-key-expiry', class: M0022KeyExpiry },
        { name: 'm0023-sign-ons', class: M0023SignOns },
        { name: 'm0024-traces', class: M0024Traces },
      ],
      snapshot: false,
      // A transaction for each, so that none keeps its locks while the next one waits for other locks.
      allOrNothing: false,
      tableName: 'posthorn_migrations',
    },
    pool: { max: 4 },
    driverOptions: {
      // MikroORM reads no parameters from the URL.
      ...connectOptions(databaseUrl, {
        Client: OrmClient,
        connectionTimeoutMillis: 2_000,
        query_timeout: statementTimeoutMs,
        keepAlive: true,
        application_name: 'posthorn',
        settings: {
          // Below the client's limit, so that the server ends statements that the client gave up.
          statement_timeout: Math.floor(statementTimeoutMs * 0.95),
          lock_timeout: lockTimeoutMs,
        },
      }),
    },
    logger: () => {},
  });
}
