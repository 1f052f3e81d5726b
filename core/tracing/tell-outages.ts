import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { outsideRequests } from '../request-context.ts';

/** Logs when exports begin to fail and when they succeed again, not each failure. The spans of a failed export are lost. */
export function tellOutages(exporter: SpanExporter, log: Logger): SpanExporter {
  let lost = 0;
  function note(spans: number, { code, error }: ExportResult): void {
    if (code === ExportResultCode.SUCCESS) {
      if (lost > 0) log.info({ spans: lost }, 'traces are exported again; these spans were lost');
      lost = 0;
    } else {
      if (lost === 0)
        log.warn(
          { error: error?.message },
          'traces could not be exported: their spans are lost until this works again',
        );
      lost += spans;
    }
  }
  return {
    export(spans, onResult) {
      exporter.export(spans, (result) => {
        // It may run in the context of the request that began the batch.
        outsideRequests(() => note(spans.length, result));
        onResult(result);
      });
    },
    forceFlush: async () => await exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
