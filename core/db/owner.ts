/** An owner; a part that is null matches any. */
export interface OwnerFilter {
  platform: string | null;
  /** Empty for a platform without organizations. */
  orgId: string | null;
}

/** Collects the parameters of one statement. */
export class Parameters {
  readonly values: unknown[] = [];

  /** The placeholder of a value. */
  bind(value: unknown): string {
    return `$${this.values.push(value)}`;
  }

  /** The conditions by which the rows of `table` belong to the owner. */
  owns(table: string, { platform, orgId }: OwnerFilter): string[] {
    return [
      ...(platform === null ? [] : [`${table}.platform = ${this.bind(platform)}`]),
      ...(orgId === null ? [] : [`${table}.org_id = ${this.bind(orgId)}`]),
    ];
  }
}

export function where(conditions: string[]): string {
  return conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
}

/** A pattern for `ilike` that finds the text anywhere. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}
