/** What the owner of a receiver does during a rotation, in order. `until` is a time in words. */
export function writeSteps(headerPrefix: string, until: string): string[] {
  return [
    `Let the receiver accept a request if ${headerPrefix}Signature or ${headerPrefix}Signature-Next is the HMAC-SHA256 of the body. ` +
      'A receiver that verifies with a Standard Webhooks library needs no change.',
    `Replace the old secret by the new one in the receiver's settings, before ${until}.`,
    'Send a test event and check that it is delivered.',
    'End the rotation, or wait until it ends by itself. Then the new secret alone signs.',
  ];
}

/** As numbered lines, to copy. */
export function numberSteps(steps: readonly string[]): string {
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n');
}
