import { createContext } from 'svelte';
import type { Session } from '../../../core/contracts/session.ts';

/** The session, for all components in the shell: `const session = useSession()`, then `session()`. */
export const [useSession, provideSession] = createContext<() => Session>();
