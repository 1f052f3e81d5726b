/**
 * What the tests of upgrades upgrade from. At a release, set both to it. Until there is one: the oldest commit whose processes
 * may run beside the current ones.
 */
export const LAST_RELEASE = {
  commit: 'cae6e74',
  /** Its last migration. */
  migration: 'm0020-ordering',
};
