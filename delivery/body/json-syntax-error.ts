/** The text is not one JSON value as RFC 8259 has it, or PHP could not decode it. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Where, in UTF-16 units from 0. */
  readonly position: number;

  constructor(problem: string, position: number) {
    super(`${problem} at position ${position}`);
    this.position = position;
  }
}
