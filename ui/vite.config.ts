import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { compressOutput } from './compress-output.ts';

const target = `http://localhost:${process.env['PORT'] || '8080'}`;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [svelte({ configFile: false }), tailwindcss(), compressOutput()],
  build: {
    outDir: '../build/ui',
    emptyOutDir: true,
    target: 'baseline-widely-available',
    // A font or an image as a data URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // `npx vite ui` beside a running `npm start` shows changes as they are saved.
  server: {
    port: 5173,
    proxy: { '^(/portal/[^/]+)?/api/': { target, changeOrigin: true, headers: { origin: target } } },
  },
});
