/** An error that the operator can fix. The message is complete, so it is printed without a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
