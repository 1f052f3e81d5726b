import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { answerText } from '../answers.ts';
import type { Router } from '../routing.ts';

/** The package does not export this file. */
const BUNDLE = new URL('../../node_modules/@scalar/api-reference/dist/browser/standalone.js', import.meta.url);

const SETTINGS = {
  url: '/api/openapi.json',
  theme: 'default',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
};
const SCRIPT = `Scalar.createApiReference('#reference', ${JSON.stringify(SETTINGS)})`;
const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Posthorn API</title></head>
<body><div id="reference"></div><script src="/api/docs/scalar.js"></script><script>${SCRIPT}</script></body>
</html>
`;

/** Blocks requests to other servers, including any that the bundle might make. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self' 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  `style-src 'unsafe-inline'`,
  `img-src 'self' data:`,
  `font-src 'self' data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

export function addDocsRoutes(router: Router, document: () => string): void {
  router.addPublic({
    method: 'get',
    path: '/api/openapi.json',
    tag: 'Reference',
    operationId: 'getOpenApi',
    summary: 'This document',
    responses: {
      200: {
        description: 'OpenAPI 3.1',
        content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
      },
    },
    handle: () => answerText(document(), 200),
  });

  router.addPublic({
    method: 'get',
    path: '/api/docs',
    tag: 'Reference',
    operationId: 'readDocs',
    summary: 'This document as a page',
    responses: { 200: { description: 'The page', content: { 'text/html': { schema: z.string() } } } },
    handle: () =>
      answerText(PAGE, 200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': POLICY }),
  });

  router.addPublic({
    method: 'get',
    path: '/api/docs/scalar.js',
    tag: 'Reference',
    operationId: 'getDocsScript',
    summary: 'The script of that page',
    responses: { 200: { description: 'The script', content: { 'text/javascript': { schema: z.string() } } } },
    async handle() {
      const { size } = await stat(BUNDLE);
      const headers = {
        'Content-Type': 'text/javascript',
        'Content-Length': String(size),
        'Cache-Control': 'max-age=3600',
      };
      return new Response(Readable.toWeb(createReadStream(BUNDLE)) as ReadableStream, { headers });
    },
  });
}
