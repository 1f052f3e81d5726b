import { Agent } from 'undici';
import type { ClientCertificate } from '../../core/options/webhook-option.ts';

/** Certificates whose connections are kept. */
const MOST_CERTIFICATES = 1_000;

/** The connections of one client certificate, or of none. */
export interface Agents {
  kept: Agent;
  /** Without pipelining, a connection serves one request. */
  fresh: Agent;
}

/** Connections, apart for each client certificate: a connection shows the certificate that it was opened with. */
export class AgentPool {
  private readonly optionsOf: (certificate: ClientCertificate | undefined) => Agent.Options;
  private readonly plain: Agents;
  /** Those used last come last. */
  private readonly certified = new Map<string, Agents>();

  constructor(optionsOf: (certificate: ClientCertificate | undefined) => Agent.Options) {
    this.optionsOf = optionsOf;
    this.plain = this.create(undefined);
  }

  of(certificate: ClientCertificate | undefined): Agents {
    if (!certificate) return this.plain;
    const name = `${certificate.cert}\n${certificate.key}`;
    const agents = this.certified.get(name) ?? this.create(certificate);
    this.certified.delete(name);
    this.certified.set(name, agents);
    const [oldest] = this.certified.keys();
    if (this.certified.size > MOST_CERTIFICATES) {
      void close(this.certified.get(oldest!)!);
      this.certified.delete(oldest!);
    }
    return agents;
  }

  /** Resolves when the requests in flight have ended. */
  async close(): Promise<void> {
    await Promise.all([this.plain, ...this.certified.values()].map(close));
  }

  private create(certificate: ClientCertificate | undefined): Agents {
    const options = this.optionsOf(certificate);
    return { kept: new Agent(options), fresh: new Agent({ ...options, pipelining: 0 }) };
  }
}

/** A request that is sent again needs the fresh agent after the kept one. */
async function close({ kept, fresh }: Agents): Promise<void> {
  await kept.close();
  await fresh.close();
}
