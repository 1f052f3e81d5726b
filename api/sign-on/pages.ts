import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { SignOnFailure } from './failure.ts';

type Html = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#e2e3e8, #2b2f36); --soft: light-dark(#5c6270, #a0a6b2); --card: light-dark(#fff, #17191e) }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center; font: 14px/1.5 system-ui, sans-serif;
  background: light-dark(#f9f9fb, #111317); color: light-dark(#16181d, #ecedf0) }
main { box-sizing: border-box; width: min(30rem, 100vw - 2rem); margin: 2rem 1rem; padding: 1.5rem; border: 1px solid var(--line); border-radius: 12px; background: var(--card) }
h1 { margin: 0 0 .75rem; font-size: 1.125rem; line-height: 1.4 }
p, ul, form { margin: 0 0 .75rem; overflow-wrap: anywhere }
ul { padding-left: 1.25rem }
.note { color: var(--soft); font-size: .8125rem }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-top: 1.25rem }
a { color: light-dark(#4338ca, #a5b4fc) }
button { box-sizing: border-box; width: 100%; padding: .625rem .875rem; text-align: left; font: inherit; color: inherit; cursor: pointer;
  border: 1px solid var(--line); border-radius: 8px; background: transparent }
button:hover { border-color: var(--soft) }
button b, button span { display: block }
button span { color: var(--soft); font-size: .8125rem }
`;

const POLICY = [
  `default-src 'none'`,
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/** Browsers then tell where a form was sent from, but only to this site. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': POLICY,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** Says why nobody was signed in. */
export function answerFailure({ status, title, message, notes }: SignOnFailure, again: string): Promise<Response> {
  const body = html`<p>${message}</p>
    ${notes.map((note) => html`<p class="note">${note}</p>`)}
    <nav><a href="${again}">Try again</a><a href="/">Sign in with a key</a></nav>`;
  return answerPage(status, title, body, status === 503 ? { 'Retry-After': '5' } : {});
}

/** `groups` are all that the identity provider named; `asOther` begins the sign-in of another person. */
export function answerWithoutRights(
  person: string,
  groups: readonly string[],
  claim: string,
  asOther: string,
): Promise<Response> {
  const shown = groups.slice(0, 50);
  const more = groups.length - shown.length;
  const list =
    groups.length === 0
      ? html`<p>The identity provider names no groups of yours (claim <code>${claim}</code>).</p>`
      : html`<p>None of your groups has rights here:</p>
          <ul>
            ${shown.map((group) => html`<li>${group}</li>`)} ${more > 0 ? html`<li>and ${more} more</li>` : ''}
          </ul>`;
  const body = html`<p>You are known to the identity provider as <b>${person}</b>, but may not see this dashboard.</p>
    ${list}
    <p class="note">
      Ask the people who run Posthorn for rights. They give them to groups in the setting POSTHORN_OIDC_GROUPS.
    </p>
    <nav><a href="${asOther}">Sign in as somebody else</a><a href="/">Sign in with a key</a></nav>`;
  return answerPage(403, 'You have no rights here', body);
}

export interface ChoiceOption {
  label: string;
  scopes: string;
  isCurrent: boolean;
  /** Where the form is sent. */
  action: string;
}

/** Lets a person choose whose webhooks and deliveries to see. */
export function answerChoice(options: readonly ChoiceOption[]): Promise<Response> {
  const body = html`<p>
      Your groups have rights for different owners. Choose one; the menu of the dashboard changes it later.
    </p>
    ${options.map(
      ({ label, scopes, isCurrent, action }) =>
        html`<form method="post" action="${action}">
          <button><b>${label}${isCurrent ? ' (current)' : ''}</b><span>${scopes}</span></button>
        </form>`,
    )}`;
  return answerPage(200, 'Choose what to see', body);
}

async function answerPage(status: number, title: string, body: Html, headers: Record<string, string> = {}) {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Posthorn</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
  return new Response(await page, { status, headers: { ...HEADERS, ...headers } });
}
