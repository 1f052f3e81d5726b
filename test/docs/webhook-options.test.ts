import { format } from 'prettier';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { OPTIONS, type OptionName } from '../../core/options/index.ts';

const COUNT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** `npm test -- webhook-options -u` updates the page after an option has changed. */
test('docs/webhook-options.md describes the current options', async () => {
  await expect(await writePage()).toMatchFileSnapshot('../../docs/webhook-options.md');
});

async function writePage(): Promise<string> {
  const sections = Object.entries<(typeof OPTIONS)[OptionName] & { manual?: string }>(OPTIONS).map(([name, option]) => {
    const members = membersOf(option.schema, option.default);
    const rows = members.map(([member, schema, value]) => {
      const cells = [
        code(name + member),
        describeValues(schema),
        code(JSON.stringify(value)),
        schema.description ?? '',
      ];
      return `| ${cells.join(' | ')} |`;
    });
    return `## \`${name}\`

${sentence(option.description)} A change takes effect ${option.takesEffect}.

| member | values | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}${option.manual === undefined ? '' : `\n\n${option.manual}`}`;
  });
  const page = `# Webhook options

What registering and updating a webhook take besides \`url\`, \`events\`, \`secret\`, \`description\` and \`active\`. Each is optional. A member that
you leave out keeps its value. An update with an option's default sets it back.

${sections.join('\n\n')}
`;
  return await format(page, { parser: 'markdown', printWidth: 120 });
}

type Schema = z.core.JSONSchema.BaseSchema;

function membersOf(schema: z.ZodType, value: unknown): [member: string, schema: Schema, value: unknown][] {
  const root = z.toJSONSchema(schema);
  const json = root.$ref === undefined ? root : (Object.values(root.$defs!)[0] as Schema);
  if (!json.properties) return [['', json, value]];
  return Object.entries(json.properties).map(([name, member]) => [
    `.${name}`,
    member as Schema,
    (value as Record<string, unknown>)[name],
  ]);
}

/** "whole number, 1 to 12", "number, 0.1 to 10,000, or null". */
function describeValues(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(describeValues).join(', or ');
  if (schema.type === 'null') return '`null`';
  if (schema.maxProperties !== undefined) return `object of up to ${schema.maxProperties} texts`;
  const { minimum, maximum } = schema;
  const type = schema.type === 'integer' ? 'whole number' : String(schema.type);
  if (minimum === undefined || maximum === undefined) return type;
  return `${type}, ${COUNT.format(minimum)} to ${COUNT.format(maximum)}`;
}

const code = (text: string) => `\`${text}\``;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
