type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>;

/** Repeats until `check` returns a truthy value. After `limitMs` it throws the last error or value of `check`. */
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
