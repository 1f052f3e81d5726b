export * from './errors.ts';
export { EmittingOwner, Owner } from './owner.ts';
export { Events, type DataLike } from './events.ts';
export { Pages, type Page } from './pages.ts';
export { Posthorn, type CallOptions, type PosthornOptions } from './posthorn.ts';
export type { Retries } from './retries.ts';
export type * from './types.ts';
export { verify, type ReceivedEvent, type ReceivedHeaders, type VerifyOptions } from './verify.ts';
