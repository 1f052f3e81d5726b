import { readAnswer, type Answer } from './api.ts';

/** What a browser got in the end. */
export interface Page extends Answer {
  url: URL;
}

/** As much of a browser as signing in needs: cookies of one host, redirects and forms. */
export class CookieBrowser {
  readonly cookies = new Map<string, string>();
  /** The addresses of the last visit, redirects included. */
  hops: URL[] = [];

  /** Follows redirects, except those for which `stop` returns true. */
  async open(address: string | URL, init: RequestInit = {}, stop: (url: URL) => boolean = () => false): Promise<Page> {
    let url = new URL(address);
    this.hops = [url];
    for (let request = init; ; request = {}) {
      const response = await this.send(url, request);
      const location = response.headers.get('location');
      if (location === null) return { ...(await readAnswer(response)), url };
      url = new URL(location, url);
      this.hops.push(url);
      if (stop(url)) return { ...(await readAnswer(response)), url };
    }
  }

  /** Sends the page's form that contains `mark`, as a browser does. */
  async submit(page: Page, fields: Record<string, string>, mark = '', stop?: (url: URL) => boolean): Promise<Page> {
    const forms = [...page.text.matchAll(/<form[^>]*action="([^"]*)"[\s\S]*?<\/form>/g)];
    const form = forms.find(([text]) => text.includes(mark));
    if (!form) throw new Error(`there is no such form on ${page.url.href}:\n${page.text}`);
    const action = new URL(form[1]!.replaceAll('&amp;', '&'), page.url);
    const body = new URLSearchParams(fields);
    return await this.open(action, { method: 'POST', body, headers: { origin: page.url.origin } }, stop);
  }

  async send(url: URL, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: [...new Headers(headers), ['cookie', cookie]],
    });
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text)!;
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(text)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}
