/** A JSON Schema (2020-12) of an object. It documents `data`; it never refuses one, and unknown fields are welcome. */
export interface DataSchema {
  type: 'object';
  description?: string;
  properties: Record<string, Record<string, unknown>>;
  required: readonly string[];
  additionalProperties: true;
}

export interface EventType {
  /** What emitters send and webhooks subscribe to: `contact.created`. ASCII letters, digits, dots and underscores. */
  type: string;
  description: string;
  /** Of the payload's `data`. */
  schema: DataSchema;
  example: Record<string, unknown>;
  /**
   * Paths within `data` whose values people look events up by, beside `id`; at most three. A path is a name, or names with dots between
   * them. Strings and numbers are found.
   */
  searchPaths?: readonly string[];
}

/** The paths within `data` whose values find an event of this type. */
export function searchPathsOf({ searchPaths = [] }: EventType): readonly string[] {
  return ['id', ...searchPaths];
}

/** The value at a path within the object; undefined if there is none. */
export function valueAt(data: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], data);
}

/** Where events come from. Everything that differs between platforms is data in here; routes, documents and rows follow from it. */
export interface Platform {
  /** As it stands in the database. */
  id: string;
  label: string;
  /** Of the headers that receivers get: `X-URPA-` makes `X-URPA-Signature`. */
  headerPrefix: string;
  /** Whether webhooks and events belong to the whole platform or to one of its organizations. */
  scope: 'platform' | 'organization';
  /** The path of its API. With the scope `organization` it contains `{orgId}`. */
  apiBase: string;
  /**
   * A second API, for webhooks and events of one organization of the platform `of`. Keys of that platform may use it. Only with the
   * scope `platform`.
   */
  organizations?: { of: string; apiBase: string };
  /** Where webhooks are managed, below `apiBase`. */
  webhooksPath: string;
  /** Who emits its events: clients of the API, by default, or Posthorn itself. */
  emitter?: 'posthorn';
  /** How many webhooks an owner may have; undefined: any number. */
  mostWebhooks?: number;
  eventTypes: readonly EventType[];
}

/** Whether webhooks and events of the platform may belong to one organization. */
export function hasOrganizations({ scope, organizations }: Platform): boolean {
  return scope === 'organization' || organizations !== undefined;
}

/** The platform as each of its APIs shows it: with organizations of another platform, one more with the scope `organization`. */
export function apisOf(platform: Platform): Platform[] {
  const { organizations, label } = platform;
  if (!organizations) return [platform];
  const { apiBase } = organizations;
  return [platform, { ...platform, label: `${label} (one organization)`, scope: 'organization', apiBase }];
}

export type Registry = Readonly<Record<string, Platform>>;

/** A `DataSchema` of these properties, of which `optional` may be missing. */
export function describeData(
  properties: Record<string, Record<string, unknown>>,
  optional: readonly string[] = [],
): DataSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: true };
}
