import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** How often it is looked whether the file has changed, in milliseconds. */
const LOOK_MS = 5_000;

/** The addresses that a hosts file such as /etc/hosts gives names; it is read again when it has changed. A missing file is empty. */
export class HostsFile {
  private readonly path: string;
  private lookedAt = -Infinity;
  private changedAt: number | undefined;
  private names = new Map<string, ResolvedAddress[]>();

  constructor(path: string) {
    this.path = path;
  }

  find(name: string): ResolvedAddress[] | undefined {
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_MS) {
      this.lookedAt = now;
      this.read();
    }
    return this.names.get(name);
  }

  private read(): void {
    const changedAt = statSync(this.path, { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt === this.changedAt) return;
    this.changedAt = changedAt;
    this.names =
      changedAt === undefined ? new Map<string, ResolvedAddress[]>() : parseHosts(readFileSync(this.path, 'utf8'));
  }
}

function parseHosts(text: string): Map<string, ResolvedAddress[]> {
  const names = new Map<string, ResolvedAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      names.set(name, [...(names.get(name) ?? []), { address, family }]);
    }
  }
  return names;
}
