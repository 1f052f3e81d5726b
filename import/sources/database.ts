import { findColumns, TABLES, type FoundColumns, type OldTable } from './fields.ts';
import { ImportError, type Inventory, type OldBatch, type OldPlatform, type OldRow, type Source } from './source.ts';

export interface PageQuery {
  table: string;
  /** The column of each field. */
  columns: ReadonlyMap<string, string>;
  /** Rows that were created from then on, as the database writes times; null: all. */
  since: string | null;
  /** The id that the page before ended with; null: the first page. */
  after: string | null;
  limit: number;
}

/** One database of the old system. It is only read, a page at a time: no transaction stays open. */
export interface OldDatabase {
  label: string;
  /** Empty: there is no such table. */
  columnsOf(table: string): Promise<string[]>;
  /** Rows from the time on, and from before it. */
  count(table: string, createdAt: string, since: string | null): Promise<{ rows: number; older: number }>;
  /** In the order of their ids, each value as text. */
  page(query: PageQuery): Promise<OldRow[]>;
  close(): Promise<void>;
}

export interface DatabaseSourceOptions {
  platforms: readonly OldPlatform[];
  /** Names that tables have instead of the usual ones. */
  tables: ReadonlyMap<string, string>;
  /** Columns that fields have instead of the usual ones: `urpa_webhook_events.response_code`. */
  columns: ReadonlyMap<string, string>;
  /** Deliveries that were created from then on, as the database writes times; null: all. */
  since: string | null;
}

const FIRST_PAGE = 250;
const LARGEST_PAGE = 2_000;
/** Characters of a page beyond which the next one has fewer rows. */
const LARGE = 8 * 1024 * 1024;

/** The old tables of one database. */
export class DatabaseSource implements Source {
  readonly complete = true;
  private readonly database: OldDatabase;
  private readonly options: DatabaseSourceOptions;
  private found: { table: OldTable; name: string; columns: FoundColumns['columns'] }[] = [];

  constructor(database: OldDatabase, options: DatabaseSourceOptions) {
    this.database = database;
    this.options = options;
  }

  get label(): string {
    return this.database.label;
  }

  async survey(): Promise<Inventory[]> {
    const inventory: Inventory[] = [];
    this.found = [];
    for (const table of TABLES.filter(({ platform }) => this.options.platforms.includes(platform))) {
      const name = this.options.tables.get(table.name) ?? table.name;
      const existing = await this.database.columnsOf(name);
      if (existing.length === 0 && this.options.tables.has(table.name))
        throw new ImportError(`there is no table ${name}`);
      if (existing.length === 0) continue;
      const { columns, missing, lacking } = findColumns(table.kind, existing, this.chosenFor(table));
      if (lacking.length > 0) throw new ImportError(describeLacking(table, name, lacking, existing));
      this.found.push({ table, name, columns });
      const since = table.kind === 'delivery' ? this.options.since : null;
      const { rows, older } = await this.database.count(name, columns.get('created_at') ?? '', since);
      inventory.push({ kind: table.kind, platform: table.platform, name, rows, older, missing });
    }
    if (inventory.length === 0) throw new ImportError(describeNothing(this.options));
    return inventory;
  }

  async *read(): AsyncGenerator<OldBatch> {
    for (const { table, name, columns } of this.found) {
      const { kind, platform } = table;
      const since = kind === 'delivery' ? this.options.since : null;
      let limit = FIRST_PAGE;
      for (let after: string | null = null; ;) {
        const rows: OldRow[] = await this.database.page({ table: name, columns, since, after, limit });
        if (rows.length > 0) yield { kind, platform, rows };
        if (rows.length < limit) break;
        after = rows.at(-1)!['id']!;
        limit = sizeOf(rows) > LARGE ? Math.max(1, Math.floor(limit / 2)) : Math.min(LARGEST_PAGE, limit * 2);
      }
    }
  }

  async close(): Promise<void> {
    await this.database.close();
  }

  private chosenFor(table: OldTable): Map<string, string> {
    const chosen = new Map<string, string>();
    for (const [name, column] of this.options.columns) {
      const [ofTable, field] = name.split('.');
      if (ofTable === table.name && field !== undefined) chosen.set(field, column);
    }
    return chosen;
  }
}

function sizeOf(rows: OldRow[]): number {
  let size = 0;
  for (const row of rows) size += (row['payload']?.length ?? 0) + (row['response_body']?.length ?? 0);
  return size;
}

function describeLacking(table: OldTable, name: string, lacking: string[], existing: string[]): string {
  const example = `--column ${table.name}.${lacking[0]!.split(' ')[0]}=<column>`;
  return `${name} has no column for ${lacking.join(', ')}; it has ${existing.join(', ')}. Name the right one with ${example}`;
}

function describeNothing({ platforms, tables }: DatabaseSourceOptions): string {
  const names = TABLES.filter(({ platform }) => platforms.includes(platform)).map(
    ({ name }) => tables.get(name) ?? name,
  );
  return `none of the tables ${names.join(', ')} is there. If they have other names, say so with --table ${names[0]}=<name>`;
}
