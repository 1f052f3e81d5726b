import { z } from 'zod';
import { FILTER_LIMITS } from '../domain/filter/limits.ts';
import { readFilter } from '../domain/filter/read-filter.ts';
import { defineOption } from './webhook-option.ts';

const { conditions, values, depth, bytes, names, positions } = FILTER_LIMITS;

const Filter = z
  .record(z.string(), z.unknown(), {
    error: 'must be an object of conditions, such as {"status": "pending"}, or null for no filter',
  })
  .superRefine((filter, context) => {
    for (const { path, message } of readFilter(filter).problems) context.addIssue({ code: 'custom', path, message });
  });

/**
 * Which events of its types a webhook gets. Matched in the statement that accepts an event (delivery/accept/emit-statements.ts), so it
 * has columns of its own in `webhooks`, and no claim reads it.
 */
export const filter = defineOption({
  schema: Filter.nullable().meta({
    description:
      "a condition on the event's `data`; null: every event of the chosen types. Members are paths such as `contact.country`, each with a " +
      'value or with operators (`$eq` `$ne` `$in` `$nin` `$gt` `$gte` `$lt` `$lte` `$exists` `$startsWith` `$not`), and `$and` `$or` `$not`',
    example: { status: 'pending', 'contact.country': { $in: ['DE', 'AT'] } },
  }),
  default: null,
  description: 'which events it gets, by their data; an event that does not match makes no delivery',
  takesEffect: 'for events that are accepted afterwards',
  manual: `A filter is an object. Each member names a value of \`data\` by its path and says what it must be. All members must match:

\`\`\`json
{ "status": "pending", "amount": { "$gte": 100, "$lt": 1000 }, "contact.country": { "$in": ["DE", "AT"] } }
\`\`\`

| condition | matches |
| --- | --- |
| \`"x"\`, \`5\`, \`true\`, \`null\`, or \`{"$eq": "x"}\` | the value is that |
| \`{"$ne": "x"}\` | it is something else, or missing |
| \`{"$in": ["x", "y"]}\` | it is one of these |
| \`{"$nin": ["x", "y"]}\` | it is none of these, or missing |
| \`{"$gt": 5}\`, \`$gte\`, \`$lt\`, \`$lte\` | it is a number (or, with a string, a string) above, at least, below, at most that |
| \`{"$exists": true}\`, \`{"$exists": false}\` | it is there, \`null\` included; it is missing |
| \`{"$startsWith": "x"}\` | it is a string that begins so |
| \`{"$not": {"$gte": 5}}\` | it does not match these operators |
| \`"$and": [{…}, {…}]\`, \`"$or": [{…}, {…}]\`, \`"$not": {…}\` | as a member of its own: all, at least one, or not this filter |

- **Paths** name members with dots between: \`contact.country\`. In a name, a backslash precedes a dot, a dollar sign or a backslash: \`a\\.b\` (in JSON
  \`"a\\\\.b"\`). A number leads into an array, from 0: \`items.0.sku\`. Nothing else looks into arrays: \`items.sku\` is missing if \`items\` is an array.
- **Types** are never converted: \`5\` is not \`"5"\`, and \`{"$gt": 5}\` does not match a string. Objects and arrays equal nothing.
- **Missing** values match \`$exists: false\`, \`$ne\` and \`$nin\`, and what \`$not\` makes of other conditions.
- **Numbers** compare exactly, as the payload has them: whole numbers of any length, and numbers with a fraction or an exponent as PHP writes them, in the filter too
  (\`1e2\` is \`100.0\`; digits that a double cannot hold are gone).
- **Strings** compare by code point. They and paths must not contain U+0000 and U+0001. There are no regular expressions.
- **Limits**: ${conditions} conditions, ${values} values in a list, ${depth} levels of \`$and\`, \`$or\` and \`$not\`, ${bytes.toLocaleString('en-US')} bytes, and in a path ${names} names, ${positions} of them numbers.

Test events and retries are sent whatever the filter says.`,
});
