import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Site {
  origin: string;
  close(): void;
}

/** A page of a product at `/?src=…`, with that in a frame. Over https with the certificate. */
export function startProduct(certificate?: Certificate): Promise<Site> {
  return serve('127.0.0.1', certificate, ({ url = '/' }, response) => {
    const src = new URL(url, 'http://product').searchParams.get('src') ?? '';
    const frame =
      src && `<iframe title="Webhooks" width="1200" height="800" src="${src.replaceAll('"', '&quot;')}"></iframe>`;
    response
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><title>Product</title><h1>Product</h1>${frame}`);
  });
}

/** The API over https, as behind a proxy that ends TLS, at another host than a product: `localhost`. */
export function startTlsProxy(certificate: Certificate, target: () => string): Promise<Site> {
  return serve('localhost', certificate, (incoming, response) => {
    const headers = { ...incoming.headers, 'x-forwarded-proto': 'https' };
    const passed = request(new URL(incoming.url!, target()), { method: incoming.method!, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
}

export interface Certificate {
  key: string;
  cert: string;
}

/** A self-signed one for localhost and 127.0.0.1. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  rmSync(folder, { recursive: true });
  return made;
}

async function serve(host: string, certificate: Certificate | undefined, listener: RequestListener): Promise<Site> {
  const server: Server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `${certificate ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
