/** The subset of JSON Schema 2020-12 that the API's document uses. `checkValue` throws on anything else. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  maxProperties?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  example?: unknown;
  description?: string;
  default?: unknown;
}

const KNOWN = new Set([
  ...[
    '$ref',
    'type',
    'enum',
    'const',
    'anyOf',
    'properties',
    'required',
    'additionalProperties',
    'propertyNames',
    'maxProperties',
    'items',
    'minItems',
    'maxItems',
  ],
  ...['minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'example', 'description', 'default'],
]);

const FORMATS: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uri: /^https?:\/\//,
};

export type Resolve = (schema: Schema) => Schema;

/** Resolves references within a document. */
export function resolveIn(document: object): Resolve {
  const resolve: Resolve = (schema) => {
    if (schema.$ref === undefined) return schema;
    const parts = schema.$ref.replace('#/', '').split('/');
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a walk through plain JSON
    return resolve(parts.reduce((node: any, part) => node[part], document));
  };
  return resolve;
}

/** The errors of a value, each with its path; empty if it matches. Undocumented members are errors. */
export function checkValue(reference: Schema, value: unknown, resolve: Resolve, path = '$'): string[] {
  const schema = resolve(reference);
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.has(keyword));
  if (unknown.length > 0) return [`${path}: the schema uses ${unknown.join(', ')}`];
  if (schema.anyOf) {
    const problems = schema.anyOf.map((option) => checkValue(option, value, resolve, path));
    return problems.some((list) => list.length === 0) ? [] : problems.flat();
  }
  if (schema.const !== undefined && value !== schema.const) return [`${path}: is not ${JSON.stringify(schema.const)}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${JSON.stringify(value)} is not in the enum`];
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types && !types.some((type) => isOf(type, value)))
    return [`${path}: ${JSON.stringify(value)} is not ${types.join(' or ')}`];
  if (typeof value === 'string') return checkString(schema, value, path);
  if (typeof value === 'number') return checkNumber(schema, value, path);
  if (Array.isArray(value))
    return value.flatMap((item, index) => checkValue(schema.items ?? {}, item, resolve, `${path}[${index}]`));
  if (typeof value === 'object' && value !== null) return checkObject(schema, value, resolve, path);
  return [];
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function checkString(
  { minLength = 0, maxLength = Infinity, pattern, format }: Schema,
  value: string,
  path: string,
): string[] {
  if (value.length < minLength || value.length > maxLength) return [`${path}: has ${value.length} characters`];
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return [`${path}: does not match ${pattern}`];
  return format !== undefined && !FORMATS[format]!.test(value) ? [`${path}: ${value} is no ${format}`] : [];
}

function checkNumber({ minimum = -Infinity, maximum = Infinity }: Schema, value: number, path: string): string[] {
  return value < minimum || value > maximum ? [`${path}: ${value} is out of bounds`] : [];
}

function checkObject(schema: Schema, value: object, resolve: Resolve, path: string): string[] {
  const { properties = {}, required = [], additionalProperties = Object.keys(properties).length === 0 } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${path}.${name}: is missing`);
  const wrong = Object.entries(value).flatMap(([name, member]) => {
    const described = properties[name] ?? (additionalProperties === true ? {} : additionalProperties);
    return described
      ? checkValue(described, member, resolve, `${path}.${name}`)
      : [`${path}.${name}: is not described`];
  });
  const { propertyNames, maxProperties = Infinity } = schema;
  const names = Object.keys(value);
  const misnamed = propertyNames ? names.flatMap((name) => checkString(propertyNames, name, `${path}: ${name}`)) : [];
  const tooMany = names.length > maxProperties ? [`${path}: has ${names.length} members`] : [];
  return [...missing, ...wrong, ...misnamed, ...tooMany];
}
