/** Changes to a query. Arrays are joined by commas; null, undefined and empty values remove the parameter. */
export type ParamChanges = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** Applies changes to a query. Other parameters stay. */
export function changeParams(params: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    const text = typeof value === 'string' ? value : (value ?? []).join(',');
    if (text === '') next.delete(name);
    else next.set(name, text);
  }
  return next;
}

/** A path with a query. Omits an empty query and leaves commas and colons unescaped. */
export function writeHref(path: string, params: URLSearchParams): string {
  const query = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return query === '' ? path : `${path}?${query}`;
}

/** The parameter if it is one of `allowed`, otherwise the fallback. */
export function readChoice<Choice extends string, Fallback extends Choice | null>(
  params: URLSearchParams,
  name: string,
  allowed: readonly Choice[],
  fallback: Fallback,
): Choice | Fallback {
  const value = params.get(name);
  return allowed.find((choice) => choice === value) ?? fallback;
}

/** The values of a comma-separated parameter that are in `allowed`. */
export function readChoices<Choice extends string>(
  params: URLSearchParams,
  name: string,
  allowed: readonly Choice[],
): Choice[] {
  const given = (params.get(name) ?? '').split(',');
  return allowed.filter((choice) => given.includes(choice));
}
