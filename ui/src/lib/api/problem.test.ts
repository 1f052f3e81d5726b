import { expect, test } from 'vitest';
import { ApiError, mayAskAgain, readProblem } from './problem.ts';

test('a problem document becomes a sentence in the words of the API', async () => {
  const errors = [{ path: 'url', message: 'must be http or https' }];
  const body = { status: 422, code: 'invalid_request', detail: 'url: must be http or https', errors };
  const error = await readProblem(new Response(JSON.stringify(body), { status: 422 }));
  expect(error).toMatchObject({ status: 422, code: 'invalid_request', message: 'url: must be http or https.', errors });
});

test('any other error response is described by its status', async () => {
  const error = await readProblem(new Response('<h1>Bad gateway</h1>', { status: 502 }));
  expect(error).toMatchObject({ status: 502, code: 'unknown', message: 'The server answered 502.', errors: [] });
});

test('only temporary errors are retried, three times', () => {
  expect(mayAskAgain(0, new ApiError(404, 'not_found', ''))).toBe(false);
  expect(mayAskAgain(0, new ApiError(429, 'unknown', ''))).toBe(true);
  expect(mayAskAgain(2, new ApiError(503, 'unavailable', ''))).toBe(true);
  expect(mayAskAgain(3, new ApiError(0, 'offline', ''))).toBe(false);
});
