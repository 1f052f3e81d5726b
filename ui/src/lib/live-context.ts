import { createContext } from 'svelte';
import type { Live } from './api/live.svelte.ts';

/** The stream of changes, for components that keep data outside the query client. */
export const [useLive, provideLive] = createContext<Live>();
