/** The exit codes of every command (docs/command-line.md). */
export const EXIT = {
  ok: 0,
  /** The API refused the request, or `doctor` found something wrong. */
  failed: 1,
  /** An unknown command or option, or an argument that is not valid. */
  usage: 2,
  /** Nothing answers at the URL. */
  unreachable: 3,
  /** There is no key, or the API does not accept it for this. */
  unauthorized: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
