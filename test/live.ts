import { eventually } from './eventually.ts';

export interface LiveMessage {
  id: string;
  event: string | null;
  data: { deliveries: string[]; more_deliveries: boolean; webhooks: string[]; recoveries: string[]; overview: boolean };
}

/** Opens a stream of server-sent events and collects its messages. */
export async function openLive(url: string, headers: Record<string, string>) {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  const messages: LiveMessage[] = [];
  let ended = false;
  void read(response, messages).finally(() => (ended = true));
  return {
    status: response.status,
    headers: response.headers,
    messages,
    ended: () => ended,
    lastId: () => messages.at(-1)?.id ?? '',
    /** Waits for a message about the delivery. */
    hears: (delivery: string) =>
      eventually(() => messages.some(({ event, data }) => event === 'change' && data.deliveries.includes(delivery))),
    close: () => abort.abort(),
  };
}

async function read(response: Response, messages: LiveMessage[]): Promise<void> {
  let text = '';
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        if (!fields.id) continue;
        messages.push({ id: fields.id, event: fields.event ?? null, data: JSON.parse(fields.data ?? '{}') });
      }
    }
  } catch {
    // Closed by this side.
  }
}
