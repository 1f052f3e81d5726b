import { expect, test } from 'vitest';
import { OverloadedError } from '../batcher.ts';
import { isUnavailable } from './unavailable.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  withCode('ECONNREFUSED'),
  withCode('ECONNRESET'),
  withCode('57P01'),
  withCode('57014'),
  withCode('53300'),
  withCode('08006'),
  withCode('40P01'),
  new AggregateError([withCode('ECONNREFUSED')]),
  new Error('timeout exceeded when trying to connect'),
  new Error('Query read timeout'),
  new Error('Connection terminated unexpectedly'),
  new OverloadedError('x'),
])('%s may go well later', (error) => expect(isUnavailable(error)).toBe(true));

test.each([
  withCode('23505'),
  withCode('42P01'),
  withCode('22P05'),
  withCode('ERR_INVALID_ARG_TYPE'),
  new Error('x'),
  'x',
])('%s will not', (error) => expect(isUnavailable(error)).toBe(false));
