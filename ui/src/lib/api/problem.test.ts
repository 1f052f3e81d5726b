import { expect, test } from 'vitest';
import { ApiError, ConnectionError } from '../../../../clients/typescript/src/errors.ts';
import { explain, mayAskAgain } from './problem.ts';

const errors = [{ path: 'url', message: 'must be http or https' }];
const problem = (detail: string) => ({ status: 422, code: 'invalid_request', detail, errors });

test('a problem document becomes a sentence in the words of the API', () => {
  const error = new ApiError(422, null, problem('url: must be http or https'));
  expect(explain(error)).toBe('url: must be http or https.');
  expect(error.errors).toEqual(errors);
  expect(explain(new ApiError(422, null, problem('the webhook is paused')))).toBe('The webhook is paused.');
});

test('any other error is described by its status, or by having no response', () => {
  expect(explain(new ApiError(502, null, undefined))).toBe('The server answered 502.');
  expect(explain(new ConnectionError('fetch failed'))).toBe('The API cannot be reached.');
});

test('only temporary errors are retried, three times', () => {
  expect(mayAskAgain(0, new ApiError(404, null, problem('')))).toBe(false);
  expect(mayAskAgain(0, new ApiError(429, null, undefined))).toBe(true);
  expect(mayAskAgain(2, new ApiError(503, null, undefined))).toBe(true);
  expect(mayAskAgain(3, new ConnectionError(''))).toBe(false);
});
