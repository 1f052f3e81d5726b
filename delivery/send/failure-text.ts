import { errors } from 'undici';
import { TargetRefusedError } from '../guard/guard.ts';

interface NetworkError extends Error {
  code?: string;
  address?: string;
  port?: number;
  hostname?: string;
  syscall?: string;
}

const CERTIFICATE_PROBLEMS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'signed by an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'an intermediate certificate is missing, or its authority is not trusted',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not valid yet',
  CERT_REVOKED: 'revoked',
};

const PROBLEMS: Record<string, (error: NetworkError) => string> = {
  ECONNREFUSED: (error) => `connection refused${by(error)}`,
  ECONNRESET: () => 'the connection was reset',
  EPIPE: () => 'the connection was reset',
  UND_ERR_SOCKET: () => 'the connection was closed',
  EHOSTUNREACH: (error) => `no route to the host${by(error)}`,
  ENETUNREACH: (error) => `no route to the network${by(error)}`,
  ETIMEDOUT: (error) => `could not connect in time${by(error)}`,
  ENOTFOUND: (error) => `DNS knows no host ${error.hostname ?? ''}`.trimEnd(),
  EAI_AGAIN: (error) => `DNS did not answer for ${error.hostname ?? 'the host'}`,
  UND_ERR_HEADERS_OVERFLOW: () => 'the headers of the answer are larger than 16 KiB',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: () => 'the answer does not have the length that it states',
  UND_ERR_CLOSED: () => 'not sent: the sender is closed',
  UND_ERR_DESTROYED: () => 'not sent: the sender is closed',
  ERR_TLS_CERT_ALTNAME_INVALID: () => 'TLS certificate: made for another host name',
};

/** What went wrong on the way to a status, in words for the owner of the webhook. */
export function describeError(error: NetworkError, connectTimeoutMs: number): string {
  if (error instanceof TargetRefusedError) return `refused: ${error.message}`;
  const code = error.code ?? '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `could not connect within ${formatSeconds(connectTimeoutMs)}`;
  // Several addresses were tried: the first failure speaks for all.
  const [first] = error instanceof AggregateError ? (error.errors as NetworkError[]) : [];
  if (first !== undefined) return describeError(first, connectTimeoutMs);
  const certificate = CERTIFICATE_PROBLEMS[code];
  if (certificate !== undefined) return `TLS certificate: ${certificate}`;
  const problem = PROBLEMS[code];
  if (problem !== undefined) return problem(error);
  const alert = describeAlert(code);
  if (alert !== null) return alert;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return 'TLS: the receiver did not answer as a TLS server';
  if (error instanceof errors.HTTPParserError) return `not an HTTP answer${/ \(.*\)$/.exec(error.message)?.[0] ?? ''}`;
  // Its message names addresses, this machine's among them.
  if (error.syscall === 'connect') return `could not connect (${code})`;
  return error.message;
}

/** Why the receiver ended the TLS handshake (RFC 8446, 6.2); null: it did not say. */
function describeAlert(code: string): string | null {
  const [, name] = /^ERR_SSL_[A-Z0-9]+_ALERT_([A-Z_]+)$/.exec(code) ?? [];
  if (name === 'PROTOCOL_VERSION' || code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') {
    return 'TLS: the receiver has no version that is allowed here';
  }
  if (name === undefined) return null;
  if (/CERTIFICATE|UNKNOWN_CA/.test(name)) return 'TLS: the receiver asks for a client certificate that it trusts';
  return `TLS: the receiver refused the handshake (${name.toLowerCase().replaceAll('_', ' ')})`;
}

/** One of a few words for why there was no answer, for traces. */
export function classifyFailure(message: string): string {
  if (/^no (connection|answer) (.* )?within|could not connect (with)?in/.test(message)) return 'timeout';
  if (message.startsWith('refused: ')) return 'refused';
  if (message.startsWith('DNS ')) return 'name_resolution';
  if (message.startsWith('TLS')) return 'tls';
  return /connection|could not connect|no route/.test(message) ? 'connection' : '_OTHER';
}

/** 15000 is "15 s", 250 is "0.25 s". */
export function formatSeconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

function by({ address, port }: NetworkError): string {
  if (address === undefined) return '';
  const host = address.includes(':') ? `[${address}]` : address;
  return ` by ${host}${port === undefined ? '' : `:${port}`}`;
}
