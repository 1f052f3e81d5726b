import { expect, test } from 'vitest';
import { platforms } from './index.ts';
import { searchPathsOf, valueAt } from './platform.ts';

const types = Object.values(platforms).flatMap(({ id, eventTypes }) =>
  eventTypes.map((one) => [`${id} ${one.type}`, one] as const),
);

test.each(types)('%s is searched by at most three paths beside id, and its example has one of them', (_, type) => {
  expect(type.searchPaths?.length ?? 0).toBeLessThanOrEqual(3);
  const { properties } = type.schema;
  for (const path of type.searchPaths ?? []) expect(properties).toHaveProperty([path.split('.')[0]!]);
  const { example } = type;
  expect(searchPathsOf(type).some((path) => valueAt(example, path) !== undefined)).toBe(true);
});
