/** For lists with filters that no index serves completely. */
export const SHORT_PAGES =
  'One request looks at about 10,000 deliveries or events, so a page of what is rare may be shorter than `limit`, or empty, and the list goes ' +
  'on nevertheless: it ends where `next_cursor` is null.';
