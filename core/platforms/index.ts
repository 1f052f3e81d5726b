import { fourcalls } from './fourcalls.ts';
import type { Platform } from './platform.ts';
import { posthorn } from './posthorn.ts';
import { urpa } from './urpa.ts';

/** Every platform, by its id. */
export const platforms = { urpa, '4calls': fourcalls, posthorn } as const satisfies Record<string, Platform>;
