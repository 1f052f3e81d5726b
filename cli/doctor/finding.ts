/** What `posthorn doctor` found out about one thing. */
export interface Finding {
  name: string;
  /** A warning does not count as wrong. */
  level: 'ok' | 'warning' | 'problem' | 'skipped';
  detail: string;
  /** What to do. */
  advice?: string;
}

/** Checks with the server's environment, and the data folders of installations on this machine. */
export type ServerChecks = (env: NodeJS.ProcessEnv, dataDirs: readonly string[]) => Promise<Finding[]>;
