import type { CommandError } from '../command-error.ts';
import { styleFor, type Style } from './style.ts';

interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** What a command prints: results on stdout, as text or as JSON lines; notes and errors on stderr. */
export class Output {
  readonly json: boolean;
  readonly style: Style;
  private readonly streams: Streams;
  private readonly errorStyle: Style;

  constructor(streams: Streams, env: NodeJS.ProcessEnv, json: boolean) {
    this.streams = streams;
    this.json = json;
    this.style = styleFor(streams.stdout, env);
    this.errorStyle = styleFor(streams.stderr, env);
  }

  /** One result: with `--json` one line, otherwise what `write` returns. */
  result(value: unknown, write: (style: Style) => string): void {
    this.line(this.json ? JSON.stringify(value) : write(this.style));
  }

  /** Several results: with `--json` one line for each. */
  results<Value>(values: readonly Value[], write: (values: readonly Value[], style: Style) => string): void {
    if (this.json) for (const value of values) this.line(JSON.stringify(value));
    else this.line(write(values, this.style));
  }

  /** A line of stdout, whatever the format. */
  line(text: string): void {
    this.streams.stdout.write(`${this.json ? escapeControls(text) : printable(text)}\n`);
  }

  /** Tells a person what happens meanwhile; not with `--json`. */
  note(text: string): void {
    if (!this.json) this.streams.stderr.write(`${this.errorStyle.dim(printable(text))}\n`);
  }

  /** A warning that also counts with `--json`. */
  warn(text: string): void {
    if (this.json) this.streams.stderr.write(`${JSON.stringify({ warning: text })}\n`);
    else this.streams.stderr.write(`${this.errorStyle.yellow('warning:')} ${printable(text)}\n`);
  }

  error({ message, code, hint, errors }: CommandError): void {
    if (this.json) {
      const error = { code, message, ...(hint !== undefined && { hint }), ...(errors.length > 0 && { errors }) };
      this.streams.stderr.write(`${JSON.stringify({ error })}\n`);
      return;
    }
    const shown = errors.length > 1 ? errors.map(({ path, message: what }) => `  ${path}: ${what}`) : [];
    const lines = [`${this.errorStyle.red('error:')} ${message}`, ...shown, ...(hint === undefined ? [] : [hint])];
    this.streams.stderr.write(`${printable(lines.join('\n'))}\n`);
  }
}

/**
 * Without control characters, except for line breaks, tabs and this program's own colours: what receivers answer must not
 * steer a terminal.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  const steering = /(\u001b\[\d{1,2}m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
  return text.replace(steering, (_, colour?: string) => colour ?? '\ufffd');
}

/** JSON with the control characters escaped that JSON may contain as they are. */
export function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
