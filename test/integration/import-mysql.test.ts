import { expect, test } from 'vitest';
import { openMysql } from '../../import/sources/mysql.ts';
import { makeCertificate } from '../certificates.ts';
import { hasMariadb, startMariadb } from '../mariadb.ts';

const PAYLOAD = '{"name":"Zoë 🐘"}';

test.runIf(hasMariadb)('every value is read as the text that it is', async () => {
  const old = await startMariadb();
  try {
    // MySQL sends JSON as MariaDB sends a blob: as bytes that are said to be binary.
    await old.connection.query(
      `create table deliveries (id bigint unsigned primary key, payload longblob, event varchar(255) character set latin1, rate decimal(30, 20), created_at datetime, score double);
       insert into deliveries values (18446744073709551615, ?, 'zoë', 0.10000000000000000001, '2026-10-25 02:30:00', 1e100), (1, null, null, null, null, null)`,
      [PAYLOAD],
    );
    const database = await openMysql(old.url);
    try {
      const names = await database.columnsOf('deliveries');
      const columns = new Map(names.map((name) => [name, name]));
      expect(await database.page({ table: 'deliveries', columns, since: null, after: '1', limit: 10 })).toEqual([
        {
          id: '18446744073709551615',
          payload: PAYLOAD,
          event: 'zoë',
          rate: '0.10000000000000000001',
          created_at: '2026-10-25 02:30:00',
          score: '1e100',
        },
      ]);
      const [first] = await database.page({ table: 'deliveries', columns, since: null, after: null, limit: 1 });
      expect(first).toMatchObject({ id: '1', payload: null, created_at: null });
    } finally {
      await database.close();
    }
  } finally {
    await old.stop();
  }
});

test.runIf(hasMariadb)('TLS is used and verified as the URL says', async () => {
  const old = await startMariadb(makeCertificate(['mysql.example']));
  const connect = async (query: string) => {
    const database = await openMysql(old.url + query);
    await database.close();
  };
  try {
    await expect(connect('')).rejects.toThrow(/denied/);
    await connect('?ssl-mode=REQUIRED');
    await connect('?charset=utf8mb4&ssl-mode=required&connectTimeout=5000');
    await expect(connect('?ssl-mode=VERIFY_CA')).rejects.toThrow(/self-signed/);
    await expect(connect('?ssl-mode=VERIFY_IDENTITY')).rejects.toThrow('needs a host name');
    await expect(connect('?ssl-mode=PREFERRED')).rejects.toThrow('DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY');
  } finally {
    await old.stop();
  }
});
