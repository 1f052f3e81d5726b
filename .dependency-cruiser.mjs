const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { pathNot: allowed },
});

const never = (name, from, to, comment, more = {}) => ({
  name,
  comment,
  severity: 'error',
  from,
  to: { path: to, ...more },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^undici/types/' },
    },
    only('domain-imports-nothing', '^core/domain/', '^core/domain/', 'Pure: not even types from elsewhere.'),
    only(
      'contracts-import-zod-and-domain',
      '^core/contracts/',
      '^core/(contracts|domain)/|node_modules/(zod|@hono/zod-openapi)/',
      'Shared with the dashboard, so nothing here may need Node.',
    ),
    only(
      'platforms-import-contracts-and-domain',
      '^core/platforms/',
      '^core/(platforms|contracts|domain)/|node_modules/(zod|@hono/zod-openapi)/',
      'A platform is data.',
    ),
    never(
      'delivery-knows-no-storage',
      { path: '^core/delivery/', pathNot: '\\.test\\.ts$' },
      '^core/(db|config)|^(api|activities|bin|dispatch|workflows|test|bench)/|node_modules/(pg|@mikro-orm|hono|@temporalio)/',
      'Sending is told what to send; it looks nothing up.',
    ),
    never(
      'db-knows-no-delivery',
      { path: '^core/db/' },
      '^core/delivery/|^(api|activities|bin|dispatch|workflows)/|node_modules/(hono|@hono|@temporalio)/',
      'Storage is below sending and serving.',
    ),
    never(
      'core-is-below',
      { path: '^core/' },
      '^(api|activities|bin|bench|dispatch|ui|workflows)/|^worker',
      'Rooms import core, not the reverse.',
    ),
    only(
      'workflows-are-deterministic',
      '^workflows/',
      '^workflows/|^core/domain/|^(activities|core/contracts)/|node_modules/@temporalio/(workflow|common)/',
      'A workflow runs where Node is not.',
    ),
    never(
      'workflows-take-only-types-from-activities',
      { path: '^workflows/' },
      '^(activities|core/contracts)/',
      'A workflow runs where Node is not.',
      { dependencyTypesNot: ['type-only'] },
    ),
    never(
      'activities-know-no-workflows',
      { path: '^activities/' },
      '^(workflows|api|dispatch|bin)/',
      'Activities import core.',
    ),
    never('api-makes-no-attempts', { path: '^api/' }, '^activities/', 'The API accepts; only workers send.'),
    never('dispatch-knows-no-api', { path: '^dispatch/' }, '^(api|bin)/', 'Dispatching is the same without an API.'),
    never(
      'ui-knows-contracts-and-domain',
      { path: '^ui/src/' },
      '^(activities|bin|bench|dispatch|test|workflows)/|^worker|^core/(?!contracts/|domain/)|^api/(?!client\\.ts$)',
      'The dashboard runs in a browser.',
    ),
    never('ui-takes-only-types-from-the-api', { path: '^ui/' }, '^api/', 'The dashboard runs in a browser.', {
      dependencyTypesNot: ['type-only'],
    }),
    never(
      'no-tests-in-the-system',
      { path: '^(api|activities|bin|core|dispatch|ui|workflows)/|^worker\\.ts', pathNot: '\\.test\\.ts$' },
      '^(test|bench)/|\\.test\\.ts$',
      'What runs in production needs no tests.',
    ),
    {
      name: 'no-development-packages-in-the-system',
      comment: 'The image has production dependencies only.',
      severity: 'error',
      from: { path: '^(api|activities|core|dispatch|workflows)/|^worker\\.ts', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.svelte'],
    },
  },
};
