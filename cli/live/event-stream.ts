/** A message of a stream of server-sent events. */
export interface Message {
  id: string | undefined;
  event: string | undefined;
  data: string;
}

/** The messages of a response, and null for a comment, which only shows that the stream is alive. */
export async function* readMessages(body: ReadableStream<Uint8Array>): AsyncGenerator<Message | null> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop()!;
    for (const block of blocks) yield parse(block);
  }
}

function parse(block: string): Message | null {
  const fields: Record<string, string[]> = {};
  for (const line of block.split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name !== '') (fields[name] ??= []).push(value);
  }
  if (Object.keys(fields).length === 0) return null;
  return { id: fields['id']?.at(-1), event: fields['event']?.at(-1), data: (fields['data'] ?? []).join('\n') };
}
