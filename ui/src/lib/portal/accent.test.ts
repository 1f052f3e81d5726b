import { expect, test } from 'vitest';
import { writeAccentStyles } from './accent.ts';
import { readHex, relativeLuminance } from './colour.ts';

const READABLE = 4.5;

/** The values of the light theme and of the dark one. */
function read(accent: string) {
  return writeAccentStyles(accent)
    .split('\n')
    .map((rule) =>
      Object.fromEntries([...rule.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value!])),
    );
}

function contrast(one: string, other: string): number {
  const [dark, light] = [one, other]
    .map((colour) => relativeLuminance(readHex(colour)) + 0.05)
    .toSorted((a, b) => a - b);
  return light! / dark!;
}

test('buttons have the colour itself', () => {
  const [light, dark] = read('#0f766e');
  expect(light).toMatchObject({ primary: '#0f766e', 'primary-foreground': '#ffffff' });
  expect(dark).toMatchObject({ primary: '#0f766e', 'primary-foreground': '#ffffff' });
  expect(read('#fd0')[0]).toMatchObject({ primary: '#ffdd00', 'primary-foreground': '#000000' });
});

test.each([
  '#000',
  '#fff',
  '#777',
  '#ff0000',
  '#00ff00',
  '#0000ff',
  '#ffff00',
  '#00ffff',
  '#ff00ff',
  '#0f766e',
  '#ea580c',
])('%s can be read on in both themes', (accent) => {
  const [light, dark] = read(accent);
  for (const [theme, grounds] of [
    [light!, ['#ffffff', '#f9f9fb', light!['selected']!]],
    [dark!, ['#111317', '#1d1f24', dark!['selected']!]],
  ] as const) {
    expect(contrast(theme['primary'], theme['primary-foreground'])).toBeGreaterThanOrEqual(READABLE);
    expect(contrast(theme['primary-hover'], theme['primary-foreground'])).toBeGreaterThanOrEqual(READABLE);
    for (const ground of grounds) expect(contrast(theme['link'], ground)).toBeGreaterThanOrEqual(READABLE);
  }
});
