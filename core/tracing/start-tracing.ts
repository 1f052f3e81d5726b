import type { Logger } from 'pino';
import type { TraceSettings } from './trace-settings.ts';
import type { Tracing } from './tracing.ts';

/**
 * Starts tracing if the settings say so; otherwise null, and nothing of OpenTelemetry's SDK is loaded. The API decides which events are
 * traced; workers follow.
 */
export async function startTracing(
  process: 'api' | 'worker',
  settings: TraceSettings | null,
  log: Logger,
): Promise<Tracing | null> {
  if (settings === null) return null;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(process, settings, log);
}
