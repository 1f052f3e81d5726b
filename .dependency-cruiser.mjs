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

/** The rooms of a delivery, each of which may import those before it. */
const ROOMS = [
  'body',
  'accept',
  'operational',
  'guard',
  'send',
  'concurrency',
  'lease',
  'claim',
  'record',
  'maintain',
  'handover',
  'attempt',
  'history',
  'recover',
  'pause',
  'statistics',
  'monitor',
];

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
      'options-import-zod-and-domain',
      '^core/options/',
      '^core/(options|domain)/|node_modules/zod/',
      'Shared with the dashboard, so nothing here may need Node.',
    ),
    only(
      'contracts-import-zod-and-domain',
      '^core/contracts/',
      '^core/(contracts|domain|options)/|node_modules/(zod|@hono/zod-openapi)/',
      'Shared with the dashboard, so nothing here may need Node.',
    ),
    only(
      'platforms-import-contracts-and-domain',
      '^core/platforms/',
      '^core/(platforms|contracts|domain|options)/|node_modules/(zod|@hono/zod-openapi)/',
      'A platform is data.',
    ),
    never(
      'sending-knows-no-storage',
      { path: '^delivery/(body|guard|send)/', pathNot: '\\.test\\.ts$' },
      '^core/(db|config)|^delivery/(?!body|guard|send)|^(api|activities|bin|workflows|test|bench)/|node_modules/(pg|@mikro-orm|hono|@temporalio)/',
      'Sending is told what to send; it looks nothing up.',
    ),
    never(
      'core-is-below',
      { path: '^core/' },
      '^(api|activities|bin|bench|delivery|import|ui|workflows)/|^worker|node_modules/(hono|@hono/(?!zod-openapi)|@temporalio)/',
      'Rooms import core, not the reverse.',
    ),
    never(
      'opentelemetry-is-in-one-place',
      {
        path: '^(api|activities|bin|cli|core|delivery|import|workflows)/|^worker',
        pathNot: '^core/tracing/(open-telemetry|tell-outages)\\.',
      },
      'node_modules/@opentelemetry/',
      'Without tracing, none of it is loaded.',
    ),
    never(
      'opentelemetry-is-loaded-on-demand',
      { path: '', pathNot: '^core/tracing/open-telemetry\\.|\\.test\\.ts$' },
      '^core/tracing/(open-telemetry|tell-outages)\\.ts$',
      'Without tracing, none of it is loaded.',
      { dependencyTypesNot: ['dynamic-import'] },
    ),
    ...ROOMS.slice(0, -1).map((room, index) =>
      never(
        `no-way-back-to-${room}`,
        { path: `^delivery/${room}/`, pathNot: '\\.test\\.ts$' },
        `^delivery/(${ROOMS.slice(index + 1).join('|')}|engine)`,
        'A room may import those before it, so that an event never goes back to one that it has left.',
      ),
    ),
    never(
      'accepting-knows-no-sending',
      { path: '^delivery/accept/', pathNot: '\\.test\\.ts$' },
      '^delivery/(?!accept/)',
      'An event is accepted in one commit; what happens then is not its business.',
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
      '^(workflows|api|bin)/|^delivery/(?!maintain/|recover/)',
      'Activities are told how to attempt; they import core, maintenance and recovery.',
    ),
    never(
      'api-makes-no-attempts',
      { path: '^api/' },
      '^activities/|^delivery/(claim|lease|record|send|engine)',
      'The API accepts; only workers send.',
    ),
    never(
      'imports-make-no-attempts',
      { path: '^import/', pathNot: '\\.test\\.ts$' },
      '^(activities|bin|workflows)/|^api/(?!emission/)|^delivery/(claim|lease|record|send|engine)',
      'What is imported is sent by the workers.',
    ),
    never(
      'nobody-needs-imports',
      { path: '^(api|activities|delivery|workflows)/|^worker' },
      '^import/',
      'Nothing else depends on the old system.',
    ),
    never(
      'single-sign-on-is-loaded-on-demand',
      {},
      'node_modules/openid-client/',
      'Without its settings, nothing of it is loaded.',
      { dependencyTypesNot: ['type-only', 'type-import', 'dynamic-import'] },
    ),
    never('delivery-knows-no-api', { path: '^delivery/' }, '^(api|bin)/', 'Delivering is the same without an API.'),
    never(
      'ui-knows-contracts-and-domain',
      { path: '^ui/src/' },
      '^(activities|bin|bench|cli|delivery|import|test|workflows)/|^worker|^core/(?!contracts/|domain/|options/)|^api/(?!client\\.ts$)',
      'The dashboard runs in a browser.',
    ),
    never('ui-takes-only-types-from-the-api', { path: '^ui/' }, '^api/', 'The dashboard runs in a browser.', {
      dependencyTypesNot: ['type-only'],
    }),
    only(
      'the-client-stands-alone',
      '^clients/typescript/src/(?!node\\.ts$)',
      '^clients/typescript/src/',
      'It runs in browsers and workers, and is published without the rest.',
    ),
    only(
      'the-command-line-stands-alone',
      '^cli/',
      '^(cli|clients/typescript/src)/|^package\\.json$|^core/contracts/|node_modules/(commander|zod|@modelcontextprotocol)/|^(node:)?[a-z_/]+$',
      'It is published without the rest; only bin/posthorn.ts adds what needs the server.',
    ),
    never(
      'the-command-line-takes-only-types-from-contracts',
      { path: '^cli/' },
      '^core/',
      'It is published without the rest.',
      {
        dependencyTypesNot: ['type-only'],
      },
    ),
    never(
      'no-tests-in-the-system',
      { path: '^(api|activities|bin|cli|core|delivery|import|ui|workflows)/|^worker\\.ts', pathNot: '\\.test\\.ts$' },
      '^(test|bench)/|\\.test\\.ts$',
      'What runs in production needs no tests.',
    ),
    {
      name: 'no-development-packages-in-the-system',
      comment: 'The image has production dependencies only.',
      severity: 'error',
      from: { path: '^(api|activities|core|delivery|import|workflows)/|^worker\\.ts', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|(cli|clients/typescript)/dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'svelte', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.svelte'],
    },
  },
};
