import { migrate } from '../core/db/migrate.ts';

const databaseUrl = process.env['DATABASE_URL'];
if (!databaseUrl) {
  console.error('DATABASE_URL is required');
  process.exit(1);
}
try {
  const done = await migrate(databaseUrl, { say: console.log });
  console.log(done.length > 0 ? `migrated: ${done.join(', ')}` : 'the schema is up to date');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
