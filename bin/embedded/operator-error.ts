/** Something the operator can put right: the message says all there is to say, so it is printed without a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
