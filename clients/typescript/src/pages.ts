export interface Page<Item> {
  data: Item[];
  /** The `cursor` of the next page; null on the last one. */
  next_cursor: string | null;
}

/**
 * A list, read when it is used: `await` gives the first page, `for await` every item of all pages, `pages()` every page.
 */
export class Pages<Item> implements PromiseLike<Page<Item>>, AsyncIterable<Item> {
  private readonly read: (cursor: string | undefined) => Promise<Page<Item>>;

  /** `read` gets no cursor for the first page. */
  constructor(read: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.read = read;
  }

  then<Result = Page<Item>, Failure = never>(
    onPage?: ((page: Page<Item>) => Result | PromiseLike<Result>) | null,
    onError?: ((error: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Result | Failure> {
    return this.read(undefined).then(onPage, onError);
  }

  async *pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let cursor: string | undefined;
    do {
      const page: Page<Item> = await this.read(cursor);
      yield page;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { data } of this.pages()) yield* data;
  }
}
