type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Tries until `check` gives a truthy value; after `limitMs` it throws what `check` last threw or gave. */
export async function eventually<T>(check: () => Promise<T> | T, limitMs = 20_000): Promise<Truthy<T>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value) return value as Truthy<T>;
      failure = new Error(`still ${String(value)} after ${limitMs} ms`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
