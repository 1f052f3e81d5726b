type FieldKind = 'text' | 'number' | 'boolean' | 'choice' | 'moment' | 'date' | 'object' | 'list' | 'json';

/** A form field, derived from a JSON Schema. */
export interface FormField {
  /** The member's name; "item" in a list. */
  name: string;
  /** `json`: any value, or a schema that the form does not support. */
  kind: FieldKind;
  hint: string | undefined;
  optional: boolean;
  nullable: boolean;
  whole: boolean;
  /** For choices. */
  choices: string[];
  /** For objects. */
  members: FormField[];
  /** For lists: the field of each item. */
  item: FormField | null;
}

type Schema = Record<string, unknown>;

/** Derives the form field of a schema. The field of `data` itself is an object. */
export function readField(name: string, schema: Schema, optional = false): FormField {
  const types = typesOf(schema);
  const kind = kindOf(schema, types);
  return {
    name,
    kind,
    hint: describe(schema),
    optional,
    nullable: types.includes('null'),
    whole: types.includes('integer') && !types.includes('number'),
    choices: kind === 'choice' ? (schema['enum'] as unknown[]).filter((value) => typeof value === 'string') : [],
    members: kind === 'object' ? readMembers(schema) : [],
    item: kind === 'list' ? readField('item', schema['items'] as Schema) : null,
  };
}

function readMembers(schema: Schema): FormField[] {
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(schema['properties'] as Record<string, Schema>).map(([name, member]) =>
    readField(name, member, !required.includes(name)),
  );
}

function typesOf({ type }: Schema): string[] {
  return (Array.isArray(type) ? type : [type]).filter((one) => typeof one === 'string');
}

function kindOf(schema: Schema, types: string[]): FieldKind {
  const choices = schema['enum'];
  if (Array.isArray(choices)) {
    return choices.every((value) => typeof value === 'string' || value === null) ? 'choice' : 'json';
  }
  const [type, ...others] = types.filter((one) => one !== 'null');
  if (others.length > 0 && !(types.includes('integer') && types.includes('number') && others.length === 1))
    return 'json';
  switch (type) {
    case 'string':
      return schema['format'] === 'date-time' ? 'moment' : schema['format'] === 'date' ? 'date' : 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'object':
      return isSchema(schema['properties']) ? 'object' : 'json';
    case 'array':
      return isSchema(schema['items']) ? 'list' : 'json';
    default:
      return 'json';
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const FORMATS: Record<string, string> = {
  email: 'an e-mail address',
  uri: 'a URL',
  uuid: 'a UUID',
  'date-time': 'a time with its zone',
};

function describe({ description, format, minimum, maximum }: Schema): string | undefined {
  const parts = [
    description,
    typeof format === 'string' ? FORMATS[format] : undefined,
    minimum !== undefined && `at least ${minimum as number}`,
    maximum !== undefined && `at most ${maximum as number}`,
  ].filter((part) => typeof part === 'string');
  const text = parts.join(', ');
  return text === '' ? undefined : text.charAt(0).toUpperCase() + text.slice(1);
}
