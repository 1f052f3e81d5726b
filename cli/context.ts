import { Api } from './api/api.ts';
import { Output } from './output/output.ts';
import {
  findConnection,
  findInstallation,
  type ConnectionSettings,
  type GivenSettings,
} from './settings/connection.ts';

/** What the process gives to the program. */
export interface Surroundings {
  env: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Data folders of installations on this machine, the likeliest first. */
  dataDirs: string[];
  /** Aborts when the user or the reader of the output wants it to end. */
  signal: AbortSignal;
}

export interface GlobalOptions extends GivenSettings {
  json?: boolean;
}

/** What a command works with. */
export class Context {
  readonly surroundings: Surroundings;
  readonly options: GlobalOptions;
  readonly output: Output;
  connected: Api | undefined;

  constructor(surroundings: Surroundings, options: GlobalOptions) {
    this.surroundings = surroundings;
    this.options = options;
    this.output = new Output(surroundings, surroundings.env, options.json === true);
  }

  get signal(): AbortSignal {
    return this.surroundings.signal;
  }

  get env(): NodeJS.ProcessEnv {
    return this.surroundings.env;
  }

  /** @throws CommandError if no URL or no key is known */
  connection(): ConnectionSettings {
    return findConnection(this.options, this.env, this.surroundings.dataDirs);
  }

  /** The URL alone, for what needs no key of its own. @throws CommandError if none is known */
  url(): string {
    return findConnection({ ...this.options, key: this.options.key ?? 'none' }, this.env, this.surroundings.dataDirs)
      .url;
  }

  /** An installation on this machine that `npm start` made. */
  localInstallation(): ConnectionSettings | undefined {
    return findInstallation(this.env, this.surroundings.dataDirs);
  }

  /** The API; nothing is sent yet. @throws CommandError as `connection` */
  get api(): Api {
    this.connected ??= new Api(this.connection());
    return this.connected;
  }
}
