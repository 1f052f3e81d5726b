import { webcrypto } from 'node:crypto';
import { runtime } from './runtime.ts';

runtime.crypto ??= webcrypto;

export * from './index.ts';
