interface Facts {
  status_code: number | null;
  error_message: string | null;
}

const BY_STATUS: Record<number, string> = {
  400: 'The receiver rejected the request as invalid. The response body below may say why.',
  401: 'The receiver requires authentication, or it rejected the signature.',
  403: 'The receiver, or a proxy in front of it, denies access.',
  404: 'Nothing exists at this URL. The path may have changed.',
  405: 'The URL does not accept POST requests.',
  408: 'The receiver timed out while it read the request.',
  410: 'The receiver reports that it is permanently gone, so its webhook was turned off.',
  413: 'The body exceeds the size limit of the receiver.',
  415: 'The receiver does not accept JSON.',
  419: 'The receiver requires a CSRF token. Exclude the route from its CSRF check.',
  422: 'The receiver read the body but rejected its contents.',
  429: 'The receiver limits the rate of requests. If it sends Retry-After, the next attempt waits that long.',
  500: 'The receiver failed while it handled the request.',
  502: 'A proxy could not reach the receiver.',
  503: 'The receiver is temporarily unavailable.',
  504: 'A proxy timed out while it waited for the receiver.',
};

const BY_MESSAGE: [RegExp, string][] = [
  [/^refused: /, 'Posthorn may not send requests to this address.'],
  [/refused/i, 'Nothing listens at this address. The receiver may be down, or the port may be wrong.'],
  [/no answer within|timed? ?out/i, 'The receiver took too long. It should respond at once and do the work later.'],
  [/certificate|tls|ssl/i, 'The TLS connection failed. Check the certificate of the receiver.'],
  [
    /not found|no such host|resolve|ENOTFOUND|dns/i,
    'The host name could not be resolved. It may be misspelt or no longer exist.',
  ],
  [/forbidden|not public|not allowed|private/i, 'Posthorn may not send requests to this address.'],
  [/closed|reset|broke/i, 'The connection was closed before a response arrived.'],
];

/** Explains a failed attempt and what to do about it; null for a successful one. */
export function explainAttempt({ status_code, error_message }: Facts): string | null {
  if (error_message === null) return null;
  if (status_code === null) return BY_MESSAGE.find(([pattern]) => pattern.test(error_message))?.[1] ?? null;
  const known = BY_STATUS[status_code];
  if (known) return known;
  if (status_code >= 300 && status_code < 400)
    return 'Redirects are not followed. Change the URL of the webhook to the redirect target.';
  if (status_code >= 500) return 'The receiver, or a proxy in front of it, failed.';
  return 'Only the status codes 200 to 299 count as success.';
}
