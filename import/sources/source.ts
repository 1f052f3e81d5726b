/** The text of each field of an old record; null or missing: no value. */
export type OldRow = Partial<Record<string, string | null>>;

export type OldKind = 'webhook' | 'delivery';

/** The platforms that the old system had. */
export const OLD_PLATFORMS = ['urpa', '4calls'] as const;
export type OldPlatform = (typeof OLD_PLATFORMS)[number];

export interface OldBatch {
  kind: OldKind;
  platform: OldPlatform;
  rows: OldRow[];
}

/** What a source has, before it is read. */
export interface Inventory {
  kind: OldKind;
  platform: OldPlatform;
  /** As the operator knows it: a table. */
  name: string;
  /** Rows that will be read; null: unknown. */
  rows: number | null;
  /** Rows from before the wanted time. */
  older: number;
  /** Optional fields without a column. */
  missing: string[];
}

export interface Source {
  /** Without a password. */
  label: string;
  /** Whether it has every webhook, so that one that is not there was deleted. */
  complete: boolean;
  /** @throws ImportError if a table lacks what is required */
  survey(): Promise<Inventory[]>;
  /** Webhooks before deliveries, in batches of bounded size. */
  read(): AsyncGenerator<OldBatch>;
  close(): Promise<void>;
}

/** An expected failure; its message says what is wrong and what is right. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}
