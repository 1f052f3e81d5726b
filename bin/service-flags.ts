/**
 * What Node is told for the API and the worker. While they have little to do, V8's memory reducer collects thoroughly, and the
 * compiled code goes with it: the next load then compiles everything again (docs/performance.md).
 */
export const SERVICE_FLAGS = ['--no-memory-reducer'];
