import type pg from 'pg';
import { containing, Parameters, type OwnerFilter } from '../../core/db/owner.ts';

interface Organization {
  platform: string;
  org_id: string;
  webhooks: number;
}

export interface OrganizationPage {
  search: string | undefined;
  limit: number;
  /** Where the page before ended. */
  after: { org_id: string; platform: string } | undefined;
}

/** Organizations that have or had webhooks, by their names; `limit` of them and one more where there is a next page. */
export async function listOrganizations(
  pool: pg.Pool,
  owner: OwnerFilter,
  { search, limit, after }: OrganizationPage,
): Promise<Organization[]> {
  const parameters = new Parameters();
  const conditions = [`w.org_id <> ''`, ...parameters.owns('w', owner)];
  if (search !== undefined) conditions.push(`w.org_id ilike ${parameters.bind(containing(search))}`);
  if (after) {
    conditions.push(`(w.org_id, w.platform) > (${parameters.bind(after.org_id)}, ${parameters.bind(after.platform)})`);
  }
  const { rows } = await pool.query<Organization>(
    `select w.platform, w.org_id, count(*) filter (where w.deleted_at is null)::int as webhooks from webhooks w
    where ${conditions.join(' and ')} group by 1, 2 order by w.org_id, w.platform limit ${limit + 1}`,
    parameters.values,
  );
  return rows;
}
