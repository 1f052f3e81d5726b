import { isDeepStrictEqual } from 'node:util';
import type { Document, Operation, Route, RoutedOperation } from './document.ts';

/** Where an owner's API is. `webhooks` is below `base`. */
export interface OwnerPaths {
  base: string;
  webhooks: string;
}

export interface Owners {
  paths: Record<string, OwnerPaths>;
  /** Those that all have, without event types and organization. Routes have `{webhooks}` for the path that differs between owners. */
  operations: RoutedOperation[];
}

interface Found {
  owner: string;
  method: string;
  path: string;
  operation: Operation;
}

/** What the owners have in common. @throws Error if an operation differs by more than its event types */
export function findOwners(document: Document): Owners {
  const byName = Map.groupBy(listOwned(document), ({ operation }) => operation.operationId);
  const paths = Object.fromEntries(
    byName.get('listEventTypes')!.map(({ owner, path }): [string, OwnerPaths] => {
      const base = path.replace(/\/event-types$/, '');
      const registering = byName.get('registerWebhook')!.find((one) => one.owner === owner)!;
      return [owner, { base, webhooks: registering.path.slice(base.length) }];
    }),
  );
  const operations = [...byName].map(([name, found]): RoutedOperation => {
    const [first, ...others] = found.map(({ owner, method, path, operation }) => ({
      route: toRoute(method, path, operation, paths[owner]!),
      operation,
    }));
    const different = others.findIndex((other) => !isDeepStrictEqual(plain(other), plain(first!)));
    if (different >= 0) {
      throw new Error(
        `${name} differs between ${found[0]!.owner} and ${found[different + 1]!.owner}: the client has one`,
      );
    }
    return first!;
  });
  return { paths, operations };
}

function listOwned(document: Document): Found[] {
  const types = new Set(Object.keys(document.webhooks).map((name) => name.slice(name.indexOf('.') + 1)));
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, described]) => {
      const [owner, operationId] = described.operationId.split('_');
      if (!operationId) return [];
      const operation = withoutEventTypes({ ...described, operationId }, types);
      operation.parameters = operation.parameters?.filter(({ name }) => name !== 'orgId') ?? [];
      return [{ owner: owner!, method, path, operation }];
    }),
  );
}

/** Event types are strings in it, not an enum. */
function withoutEventTypes(operation: Operation, types: ReadonlySet<unknown>): Operation {
  return JSON.parse(
    JSON.stringify(operation, (name, value: unknown) =>
      name === 'enum' && (value as unknown[]).every((one) => types.has(one)) ? undefined : value,
    ),
  ) as Operation;
}

function toRoute(method: string, path: string, { operationId }: Operation, { base, webhooks }: OwnerPaths): Route {
  const below = path.slice(base.length);
  const isOfWebhook = /Webhooks?$|Secret/.test(operationId);
  return [method.toUpperCase(), isOfWebhook ? `{webhooks}${below.slice(webhooks.length)}` : below];
}

/** Without what documents it. */
function plain(operation: RoutedOperation): unknown {
  return JSON.parse(
    JSON.stringify(operation, (name, value: unknown) =>
      ['description', 'example', 'examples', 'tags'].includes(name) ? undefined : value,
    ),
  );
}
