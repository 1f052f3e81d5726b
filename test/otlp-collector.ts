import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** What a trace backend keeps of a span. */
export interface ReceivedSpan {
  service: string;
  name: string;
  /** As in OTLP: 1 internal, 2 server, 3 client, 4 producer. */
  kind: number;
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  traceState: string;
  attributes: Record<string, unknown>;
  /** 0 unset, 2 error. */
  status: { code: number; message: string };
  /** Nanoseconds since 1970. */
  start: bigint;
  end: bigint;
}

export interface OtlpCollector {
  url: string;
  spans: ReceivedSpan[];
  /** The headers of the requests. */
  requests: IncomingHttpHeaders[];
  /** Sets how further requests are answered, and their spans are not kept; default: 200 at once. */
  answer(answer: (response: ServerResponse) => void): void;
  /** Answers with 200 again. */
  recover(): void;
  close(): Promise<void>;
}

/** The members of OTLP 1.x that are read here, with the numbers of opentelemetry-proto. */
const { root } = protobuf.parse(`
syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15;
}
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`);
const Request = root.lookupType('Request');

interface KeyValue {
  key: string;
  value: { stringValue?: string; boolValue?: boolean; intValue?: string; doubleValue?: number };
}

interface EncodedSpan {
  name: string;
  kind: number;
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  traceState: string;
  attributes: KeyValue[];
  status: { code: number; message: string } | null;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

/** A collector's endpoint for traces: OTLP over HTTP, as protobuf. */
export async function startCollector(): Promise<OtlpCollector> {
  const spans: ReceivedSpan[] = [];
  const requests: IncomingHttpHeaders[] = [];
  const accept = (response: ServerResponse) =>
    void response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  let answer: (response: ServerResponse) => void = accept;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(request.headers);
      const body = Buffer.concat(chunks);
      if (answer === accept) spans.push(...decode(request.headers['content-encoding'] ? gunzipSync(body) : body));
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    answer(next) {
      answer = next;
    },
    recover() {
      answer = accept;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function decode(body: Buffer): ReceivedSpan[] {
  const { resourceSpans } = Request.toObject(Request.decode(body), {
    longs: String,
    arrays: true,
    defaults: true,
    oneofs: false,
  }) as {
    resourceSpans: { resource: { attributes: KeyValue[] }; scopeSpans: { spans: EncodedSpan[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(readAttributes(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ service, ...readSpan(span) })));
  });
}

function readSpan({ traceId, spanId, parentSpanId, attributes, status, ...span }: EncodedSpan) {
  const { name, kind, traceState, startTimeUnixNano, endTimeUnixNano } = span;
  return {
    ...{ name, kind, traceState },
    traceId: traceId.toString('hex'),
    spanId: spanId.toString('hex'),
    parentSpanId: parentSpanId.toString('hex'),
    attributes: readAttributes(attributes),
    status: status ?? { code: 0, message: '' },
    start: BigInt(startTimeUnixNano),
    end: BigInt(endTimeUnixNano),
  };
}

function readAttributes(pairs: KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const { stringValue, boolValue, intValue, doubleValue } = value;
      return [key, intValue === undefined ? (stringValue ?? boolValue ?? doubleValue) : Number(intValue)];
    }),
  );
}

/** The emitter's span, as it would send it. */
export function newSpan(flags = '01') {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}
