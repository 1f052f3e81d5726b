import type { Document, Operation, RoutedOperation, Schema } from './document.ts';

/** Tags of the operations that belong to no owner and that the client has. */
const INSTALLATION = ['Keys', 'Operation', 'Reference'];

/** The operations of the whole installation that answer data: neither pages nor scripts. */
export function listInstallation(document: Document): RoutedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(
        ([, { tags, responses }]) => INSTALLATION.includes(tags[0]!) && !/html|javascript/.test(mediaOf(responses)),
      )
      .map(([method, operation]): RoutedOperation => ({ route: [method.toUpperCase(), path], operation })),
  );
}

function mediaOf(responses: Operation['responses']): string {
  return Object.keys(responses[200]?.content ?? {}).join();
}

/** A document of these operations. Its schema `Events` describes the data of each event type of each platform. */
export function condense(document: Document, operations: RoutedOperation[]): Omit<Document, 'webhooks'> {
  const paths: Document['paths'] = {};
  for (const { route, operation } of operations) {
    const [method, path] = route;
    (paths[`/${path}`] ??= {})[method.toLowerCase()] = operation;
  }
  const { openapi, info, components } = document;
  const known: Record<string, Schema> = { ...components.schemas, Events: describeEvents(document) };
  const used = new Set(['Problem', 'Events']);
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(known[name!]);
    }
  };
  visit(paths);
  const schemas = Object.fromEntries(Object.entries(known).filter(([name]) => used.has(name)));
  return { openapi, info, paths, components: { schemas } };
}

function describeEvents({ webhooks }: Document): Schema {
  const platforms: Record<string, Record<string, Schema>> = {};
  for (const [name, { post }] of Object.entries(webhooks)) {
    const [platform, ...type] = name.split('.');
    const data = post.requestBody.content['application/json'].schema.properties!['data']!;
    (platforms[platform!] ??= {})[type.join('.')] = { ...data, additionalProperties: undefined };
  }
  return describeObject(
    Object.fromEntries(Object.entries(platforms).map(([platform, types]) => [platform, describeObject(types)])),
  );
}

function describeObject(properties: Record<string, Schema>): Schema {
  return { type: 'object', properties, required: Object.keys(properties) };
}
