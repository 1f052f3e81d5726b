/** What is to change in a query: a text, several texts joined by commas, or nothing to remove the parameter. */
export type ParamChanges = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** The query with these changes; parameters that are not named stay as they are. */
export function changeParams(params: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    const text = typeof value === 'string' ? value : (value ?? []).join(',');
    if (text === '') next.delete(name);
    else next.set(name, text);
  }
  return next;
}

/** A path with a query, without a lone question mark; commas and colons stay readable. */
export function writeHref(path: string, params: URLSearchParams): string {
  const query = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return query === '' ? path : `${path}?${query}`;
}

/** The parameter if it is one of `allowed`, else the fallback. */
export function readChoice<Choice extends string, Fallback extends Choice | null>(
  params: URLSearchParams,
  name: string,
  allowed: readonly Choice[],
  fallback: Fallback,
): Choice | Fallback {
  const value = params.get(name);
  return allowed.find((choice) => choice === value) ?? fallback;
}

/** Those of `allowed` that a parameter names, separated by commas. */
export function readChoices<Choice extends string>(
  params: URLSearchParams,
  name: string,
  allowed: readonly Choice[],
): Choice[] {
  const given = (params.get(name) ?? '').split(',');
  return allowed.filter((choice) => given.includes(choice));
}
