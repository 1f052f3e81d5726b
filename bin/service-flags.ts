/**
 * Node flags for the API and the worker. Without the flag, V8's memory reducer discards compiled code while they are idle, and the next
 * load has to compile everything again (docs/performance.md).
 */
export const SERVICE_FLAGS = ['--no-memory-reducer'];
