import type { components, operations } from './generated/schema.ts';
import type { OWNER_ROUTES, ROUTES } from './generated/routes.ts';

export type Schemas = components['schemas'];
export type OwnerOperation = keyof typeof OWNER_ROUTES;
export type InstallationOperation = keyof typeof ROUTES;
export type OperationName = OwnerOperation | InstallationOperation;

type Media<Response> = Response extends { content: infer Content } ? Content[keyof Content] : undefined;
type Responses<Name extends OperationName> = operations[Name]['responses'];

/** What a successful answer contains; undefined if it has no body. */
export type Answer<Name extends OperationName> = {
  [Status in keyof Responses<Name>]: Media<Responses<Name>[Status]>;
}[keyof Responses<Name>];

export type Body<Name extends OperationName> = operations[Name] extends {
  requestBody?: { content: { 'application/json': infer Input } };
}
  ? Input
  : never;

export type Query<Name extends OperationName> = NonNullable<operations[Name]['parameters']['query']>;
