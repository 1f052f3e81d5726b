import { readBase } from './portal-path.ts';

/** `/portal/{link}` in a portal, else empty. It stays the same for as long as the page is there. */
export const BASE = readBase(window.location.pathname);

export const isPortal = BASE !== '';
