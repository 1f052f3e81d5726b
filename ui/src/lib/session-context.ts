import { createContext } from 'svelte';
import type { Session } from '../../../core/contracts/session.ts';

/** Who is signed in, for everything inside the shell: `const session = useSession()`, then `session()`. */
export const [useSession, provideSession] = createContext<() => Session>();
