import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { deliveryHeaders, generateSecret, Signer } from '../../delivery/attempt/sign.ts';
import { findCode, readPage } from './markdown.ts';

const GO_MODULE = 'github.com/standard-webhooks/standard-webhooks/libraries@v0.0.1';
const PAGES = ['docs/urpa-integration.md', 'docs/4calls-integration.md'].map(readPage);
const folder = mkdtempSync(join(tmpdir(), 'posthorn-standard-webhooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const body = '{"event":"contact.created","timestamp":"2026-01-22T10:30:00Z","data":{"price":1.5}}';
const bodies = [body, body.replace('1.5', '9.5')];

/** A request that is signed with the secret. */
function sign(secret: string): Record<string, string> {
  const signer = new Signer(secret);
  const now = new Date();
  return deliveryHeaders({
    headerPrefix: 'X-URPA-',
    eventType: 'contact.created',
    deliveryId: 'msg-1',
    signer,
    body,
    now,
  });
}

/** The sample that both pages show. */
function sampleOf(language: string): string {
  const [first, second] = PAGES.map((page) =>
    findCode(page, language).find((code) => code.includes('standardwebhooks')),
  );
  expect(first).toBe(second);
  return first!;
}

const inFolder = { cwd: folder, encoding: 'utf8' } as const;

/** Whether the libraries can be had: not without a network. */
function install(): { python: boolean; go: boolean } {
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--target',
    folder,
    'standardwebhooks==1.1.0',
  ];
  const python = spawnSync('python3', pip, inFolder).status === 0;
  const steps = [
    ['mod', 'init', 'example/receiver'],
    ['get', GO_MODULE],
  ];
  const go = steps.every((args) => spawnSync('go', args, inFolder).status === 0);
  return { python, go };
}

const installed = install();

test.skipIf(!installed.python)(
  'the Python sample accepts only genuine deliveries, also with a secret of its own format',
  () => {
    writeFileSync(join(folder, 'sample.py'), sampleOf('python'));
    const script = `
import json, sys
from sample import read_delivery
from standardwebhooks import Webhook, WebhookVerificationError
secret, headers, plain, plain_headers, bodies = json.loads(sys.argv[1])
for body in bodies:
    for verify in (lambda: read_delivery(secret, body.encode(), headers), lambda: Webhook(plain.encode()).verify(body, plain_headers)):
        try:
            print(verify()["event"])
        except WebhookVerificationError:
            print("refused")`;
    const [secret, plain] = [generateSecret(), 'a plain secret, chosen by hand'];
    const input = JSON.stringify([secret, sign(secret), plain, sign(plain), bodies]);
    const said = execFileSync('python3', ['-c', script, input], inFolder);
    expect(said.trim().split('\n')).toEqual(['contact.created', 'contact.created', 'refused', 'refused']);
  },
);

test.skipIf(!installed.go)('the Go sample accepts only genuine deliveries', () => {
  mkdirSync(join(folder, 'webhooks'));
  writeFileSync(join(folder, 'webhooks', 'sample.go'), sampleOf('go'));
  writeFileSync(
    join(folder, 'main.go'),
    `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"

	"example/receiver/webhooks"
)

func main() {
	var input struct {
		Secret  string
		Headers map[string]string
		Bodies  []string
	}
	json.Unmarshal([]byte(os.Args[1]), &input)
	headers := http.Header{}
	for name, value := range input.Headers {
		headers.Set(name, value)
	}
	for _, body := range input.Bodies {
		fmt.Println(webhooks.CheckDelivery(input.Secret, []byte(body), headers) == nil)
	}
}
`,
  );
  const secret = generateSecret();
  const said = execFileSync('go', ['run', '.', JSON.stringify({ secret, headers: sign(secret), bodies })], inFolder);
  expect(said.trim().split('\n')).toEqual(['true', 'false']);
});
