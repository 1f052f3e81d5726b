import { expect, test } from 'vitest';
import { readMessages, type Message } from './event-stream.ts';

async function read(chunks: string[]): Promise<(Message | null)[]> {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const messages: (Message | null)[] = [];
  for await (const message of readMessages(new Blob(bytes).stream())) messages.push(message);
  return messages;
}

test('messages are read however they are cut', async () => {
  const text = 'retry: 1000\nid: a-1\nevent: change\ndata: {"deliveries":["ü"]}\n\n: \n\nid: a-2\n\n';
  const expected = [
    { id: 'a-1', event: 'change', data: '{"deliveries":["ü"]}' },
    null,
    { id: 'a-2', event: undefined, data: '' },
  ];
  const bytes = new TextEncoder().encode(text);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.subarray(at, at + size));
        controller.close();
      },
    });
    const messages: (Message | null)[] = [];
    for await (const message of readMessages(stream)) messages.push(message);
    expect(messages).toEqual(expected);
  }
});

test('several lines of data are one text', async () => {
  expect(await read(['data: a\ndata: b\n\n'])).toEqual([{ id: undefined, event: undefined, data: 'a\nb' }]);
});
