import { AppError } from '../../core/contracts/errors.ts';

/** A 401 with the challenge that RFC 9110, 11.6.1, asks for. */
export function unauthorized(message: string): AppError {
  return new AppError('unauthorized', message, { headers: { 'WWW-Authenticate': 'Bearer realm="posthorn"' } });
}
