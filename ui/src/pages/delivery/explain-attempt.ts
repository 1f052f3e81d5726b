interface Facts {
  status_code: number | null;
  error_message: string | null;
}

const BY_STATUS: Record<number, string> = {
  400: 'The receiver did not understand the request. Its own words, below, may say why.',
  401: 'The receiver wants to know who asks, or did not accept the signature.',
  403: 'The receiver, or something before it, refuses these requests.',
  404: 'There is nothing at this address: the path may have changed.',
  405: 'The address takes no POST requests.',
  408: 'The receiver did not read the request in time.',
  410: 'The receiver says that it is gone for good: its webhook was turned off.',
  413: 'The body is larger than the receiver takes.',
  415: 'The receiver does not take JSON.',
  419: 'The receiver wants a CSRF token: its route has to be left out of that check.',
  422: 'The receiver read the body and did not like what is in it.',
  429: 'The receiver is asked too often. Where it says when to come back, the next attempt waits that long.',
  500: 'The receiver failed while it handled the request.',
  502: 'Something before the receiver could not reach it.',
  503: 'The receiver is not available at the moment.',
  504: 'Something before the receiver waited too long for it.',
};

const BY_MESSAGE: [RegExp, string][] = [
  [/^refused: /, 'The address is not one that may be called from here.'],
  [/refused/i, 'Nothing listens at this address: the receiver may be down, or the port wrong.'],
  [/no answer within|timed? ?out/i, 'The receiver took too long. It should answer at once, and do the work later.'],
  [/certificate|tls|ssl/i, 'The connection could not be made secure: look at the certificate of the receiver.'],
  [/not found|no such host|resolve|ENOTFOUND|dns/i, 'The name of the host leads nowhere: it may be misspelt or gone.'],
  [/forbidden|not public|not allowed|private/i, 'The address is not one that may be called from here.'],
  [/closed|reset|broke/i, 'The connection broke before there was an answer.'],
];

/** Explains a failed attempt and what to do about it; null for a successful one. */
export function explainAttempt({ status_code, error_message }: Facts): string | null {
  if (error_message === null) return null;
  if (status_code === null) return BY_MESSAGE.find(([pattern]) => pattern.test(error_message))?.[1] ?? null;
  const known = BY_STATUS[status_code];
  if (known) return known;
  if (status_code >= 300 && status_code < 400)
    return 'A redirect is not followed: give the webhook the address it leads to.';
  if (status_code >= 500) return 'The receiver, or something before it, failed.';
  return 'Only an answer from 200 to 299 counts as taken.';
}
