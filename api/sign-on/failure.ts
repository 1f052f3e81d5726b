/** Why nobody was signed in, for the person in front of the browser. No secrets, no tokens. */
export class SignOnFailure extends Error {
  override readonly name = 'SignOnFailure';
  readonly status: number;
  readonly title: string;
  /** Lines below the message. */
  readonly notes: string[];

  constructor(status: number, title: string, message: string, notes: string[] = [], cause?: unknown) {
    super(message, { cause });
    this.status = status;
    this.title = title;
    this.notes = notes;
  }
}

const LONGEST = 300;

/** What openid-client and fetch throw, as far as it is of interest. */
interface Thrown {
  name?: string;
  message?: string;
  code?: string;
  status?: number;
  error?: string;
  error_description?: string;
  cause?: unknown;
}

/** What went wrong between Posthorn and the identity provider. `step` is what was asked of it. */
export function explainFailure(error: unknown, issuer: URL, step: string): SignOnFailure {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if (inner instanceof SignOnFailure) return inner;
  }
  const thrown = error as Thrown;
  if (thrown.name === 'AuthorizationResponseError') return refused(thrown);
  if (thrown.name === 'WWWAuthenticateChallengeError') return refusedCode(readChallenge(thrown));
  if (thrown.name === 'ResponseBodyError' && (thrown.status ?? 0) < 500) return refusedCode(thrown);
  if (isAway(thrown)) {
    return new SignOnFailure(
      503,
      'The identity provider does not answer',
      `${issuer.href} did not answer as it should when it was asked for ${step}. Try again in a moment.`,
      [shorten(reasonOf(thrown))],
      error,
    );
  }
  return new SignOnFailure(
    502,
    'The identity provider’s answer cannot be trusted',
    `Posthorn did not accept what ${issuer.href} sent as ${step}. Nobody was signed in.`,
    [shorten(reasonOf(thrown))],
    error,
  );
}

const ANSWERS = new Map([
  ['access_denied', 'The sign-in was refused or cancelled there.'],
  ['invalid_scope', 'It does not know a scope that this installation asks for. They are in POSTHORN_OIDC_SCOPES.'],
]);

function refused({ error = '', error_description: description }: Thrown): SignOnFailure {
  return new SignOnFailure(
    403,
    'The identity provider did not sign you in',
    ANSWERS.get(error) ?? `It answered ${shorten(error)}.`,
    description === undefined ? [] : [shorten(description)],
  );
}

/** How a provider refuses a client that sends its secret in the header Authorization. */
function readChallenge({ cause }: Thrown): Thrown {
  const [challenge] = cause as { scheme: string; parameters: Record<string, string> }[];
  const { error, error_description } = challenge!.parameters;
  const isOfClient = challenge!.scheme.toLowerCase() === 'basic';
  return {
    error: error ?? (isOfClient ? 'invalid_client' : 'with a challenge'),
    ...(error_description && { error_description }),
  };
}

const NOT_THIS_CLIENT = 'It does not accept POSTHORN_OIDC_CLIENT_ID and the client secret of this installation.';
const REFUSALS = new Map([
  ['invalid_grant', 'This sign-in was used already, or took too long. Start again.'],
  ['invalid_client', NOT_THIS_CLIENT],
  ['unauthorized_client', NOT_THIS_CLIENT],
]);

function refusedCode(thrown: Thrown): SignOnFailure {
  const { error = '', error_description: description } = thrown;
  const message = REFUSALS.get(error) ?? `It answered ${shorten(error)}.`;
  const notes = description === undefined ? [] : [shorten(description)];
  return new SignOnFailure(502, 'The identity provider refused the sign-in', message, notes, thrown);
}

/** There was no connection, or it broke. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError && error.cause instanceof Error;
}

/** Also a status such as 502 or 404 in place of an answer. */
function isAway(thrown: Thrown): boolean {
  if (isUnreachable(thrown) || (thrown.status ?? 0) >= 500) return true;
  return thrown.code === 'OAUTH_TIMEOUT' || thrown.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
}

/** The innermost message is the most specific one. */
function reasonOf(thrown: Thrown): string {
  let message = thrown.message ?? 'for an unknown reason';
  for (let { cause } = thrown; cause instanceof Error; cause = cause.cause) {
    message = cause.message || (cause as NodeJS.ErrnoException).code || message;
  }
  return message;
}

function shorten(text: string): string {
  const trimmed = text.trim();
  return trimmed.length > LONGEST ? `${trimmed.slice(0, LONGEST)}…` : trimmed;
}
