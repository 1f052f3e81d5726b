/** An encrypted text as it is stored in JSON; core/secrets.ts seals and opens it. */
export interface Sealed {
  /** Base64. */
  sealed: string;
}

export interface TextBox {
  sealText(plain: string): Sealed;
  /** Throws when it was sealed with another key or changed since; the error never contains the text. */
  openText(sealed: Sealed): string;
  /** The same text, sealed with the first master key; unchanged if it is already. Throws as `openText` does. */
  resealText(sealed: Sealed): Sealed;
}
