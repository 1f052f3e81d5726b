import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const AUTOLOAD = fileURLToPath(new URL('../../clients/php/autoload.php', import.meta.url));

const run = promisify(execFile);

/** Whether php can run this code. */
function can(code: string): boolean {
  return spawnSync('php', ['-r', code]).status === 0;
}

export const hasCurl = can("exit(extension_loaded('curl') ? 0 : 1);");
/** Debian's php-laravel-framework. */
export const hasLaravel =
  hasCurl && can("exit(stream_resolve_include_path('Illuminate/Foundation/Application.php') ? 0 : 1);");

/** Runs PHP with the package loaded, and returns what it prints, decoded from JSON. `$in` is the input. */
export async function php<Output>(code: string, input: unknown = null): Promise<Output> {
  const script = `
    error_reporting(E_ALL & ~E_DEPRECATED);
    require ${JSON.stringify(AUTOLOAD)};
    $in = json_decode($argv[1], true);
    ${code}`;
  const { stdout } = await run('php', ['-r', script, JSON.stringify(input)]);
  return JSON.parse(stdout) as Output;
}
