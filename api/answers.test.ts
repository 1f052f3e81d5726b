import { expect, test } from 'vitest';
import { answerPage, readCursor, writeCursor } from './answers.ts';

const id = '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77';

test('a cursor is opaque and survives the round trip', () => {
  expect(writeCursor(id)).toHaveLength(22);
  expect(readCursor(writeCursor(id))).toBe(id);
  for (const text of ['', id, 'x', `${writeCursor(id)}=`, '!'.repeat(22)]) expect(readCursor(text)).toBeNull();
});

test('a page has a cursor if there is another page', async () => {
  const rows = [{ id }, { id: id.replace('0', '1') }];
  expect(await answerPage(rows, 1, (row) => row.id).json()).toEqual({ data: [id], next_cursor: writeCursor(id) });
  expect(await answerPage(rows, 2, (row) => row.id).json()).toMatchObject({ next_cursor: null });
});
