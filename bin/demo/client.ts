import { OperatorError } from '../embedded/operator-error.ts';

export interface Webhook {
  id: string;
  secret: string;
}

export interface Emitted {
  id: string;
  deliveries: { id: string; webhook_id: string }[];
}

export interface Delivery {
  id: string;
  status: string;
  attempts: number;
  max_attempts: number;
  next_attempt_at: string | null;
}

export interface Client {
  /** Returns the response body. @throws OperatorError with the API's message, or if there is no response */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

export function createClient(url: string, key: string): Client {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body) };
      const response = await fetch(url + path, init).catch(() => {
        throw new OperatorError(`Nothing answers at ${url}; is "npm start" running? --url takes another address.`);
      });
      const text = await response.text();
      if (!response.ok) throw new OperatorError(`${method} ${path} was answered ${response.status}: ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
  };
}
