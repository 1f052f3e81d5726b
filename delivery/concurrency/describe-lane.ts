import type { LaneState } from '../../core/domain/lane-state.ts';
import type { Lane } from './lane.ts';

/** Why a lane holds its webhook back, for operators; null if it does not. */
export function describeLane(lane: Lane<unknown>, now: number): { state: LaneState; reason: string } | null {
  const { adaptive, owner } = lane;
  const waits = lane.queue.length > 0 || lane.blocked;
  if (adaptive.probing) return { state: 'probing', reason: describeProbing(lane) };
  if (waits && owner.options.limits.rate !== null && lane.wait(now) > 0) {
    return { state: 'rate_limited', reason: `its limit of ${owner.options.limits.rate} a second is used up` };
  }
  if (adaptive.slowed) return { state: 'slowed', reason: describeSlowed(lane) };
  const takes = `an attempt takes ${formatDuration(lane.duration(now))}`;
  if (waits && lane.running >= adaptive.concurrency) {
    return {
      state: 'full',
      reason: `all ${count(adaptive.concurrency)} that it may have at once are in flight; ${takes}`,
    };
  }
  if (lane.held > 0 && lane.isSlow(now)) return { state: 'slowed', reason: `${takes}: it is out of the fast lane` };
  return null;
}

function describeProbing({ adaptive }: Lane<unknown>): string {
  return `the last ${count(adaptive.silent)} had no answer in time; probing with ${adaptive.concurrency} at once until one succeeds`;
}

function describeSlowed({ adaptive }: Lane<unknown>): string {
  const instead = `${adaptive.concurrency} at once instead of ${adaptive.limit}`;
  return adaptive.failures > 0 ? `the last ${count(adaptive.failures)} failed; ${instead}` : `it recovers; ${instead}`;
}

function count(attempts: number): string {
  return attempts === 1 ? 'attempt' : `${attempts} attempts`;
}

function formatDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
