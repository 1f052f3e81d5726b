/** The maximum number of queued messages for a slow client. Then its stream ends, and the client reconnects. */
const MOST_WAITING = 64;

/** One client's stream of server-sent events. */
export class Stream {
  readonly body: ReadableStream<Uint8Array>;
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  private readonly onEnd: (stream: Stream) => void;
  private ended = false;

  constructor(onEnd: (stream: Stream) => void) {
    this.onEnd = onEnd;
    this.body = new ReadableStream<Uint8Array>(
      { start: (controller) => void (this.controller = controller), cancel: () => this.finish() },
      { highWaterMark: MOST_WAITING },
    );
  }

  send(message: Uint8Array): void {
    if (this.ended) return;
    if ((this.controller.desiredSize ?? 0) <= 0) return this.close();
    this.controller.enqueue(message);
  }

  close(): void {
    if (this.ended) return;
    this.finish();
    this.controller.close();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd(this);
  }
}
