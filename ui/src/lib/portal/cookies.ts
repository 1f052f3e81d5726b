import { BASE } from './base.ts';

const PROBE = 'posthorn_probe';

/** Whether the page is shown within another one. */
export const isFramed = window.self !== window.top;

/** Whether this browser keeps a cookie such as that of a portal session. */
export function cookiesWork(): boolean {
  const site =
    window.location.protocol === 'https:'
      ? `SameSite=${isFramed ? 'None; Partitioned' : 'Strict'}; Secure`
      : 'SameSite=Strict';
  try {
    document.cookie = `${PROBE}=1; Path=${BASE}; ${site}`;
    const works = document.cookie.includes(`${PROBE}=1`);
    document.cookie = `${PROBE}=; Path=${BASE}; Max-Age=0; ${site}`;
    return works;
  } catch {
    // In a sandboxed frame, reading them throws.
    return false;
  }
}
