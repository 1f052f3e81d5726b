import { readHex, relativeLuminance, toHex, toOklch, type Oklch } from './colour.ts';

/** Lightness and highest chroma of what is read in the accent colour, as the dashboard's own colours have them (ui/src/app.css). */
const LIGHT = { link: [0.47, 0.19], ring: [0.55, 0.2], selected: [0.958, 0.018] } as const;
const DARK = { link: [0.76, 0.12], ring: [0.68, 0.16], selected: [0.27, 0.04] } as const;
const HOVER_STEP = 0.05;

/**
 * The style sheet that gives the dashboard an accent colour, such as `#0f766e`. Buttons have exactly it, with the text that is easier to
 * read on it; links have its hue, as light or dark as the theme needs.
 */
export function writeAccentStyles(accent: string): string {
  const rgb = readHex(accent);
  const colour = toOklch(rgb);
  // Black on it has more contrast than white from here on.
  const isLight = relativeLuminance(rgb) > 0.179;
  const hover = { ...colour, lightness: colour.lightness + (isLight ? HOVER_STEP : -HOVER_STEP) };
  const button = {
    primary: toHex(colour),
    'primary-hover': toHex(hover),
    'primary-foreground': isLight ? '#000000' : '#ffffff',
  };
  return [
    writeRule(':root', { ...button, ...tint(colour, LIGHT) }),
    writeRule('.dark', { ...button, ...tint(colour, DARK) }),
  ].join('\n');
}

function tint(colour: Oklch, looks: Record<string, readonly [lightness: number, chroma: number]>) {
  return Object.fromEntries(
    Object.entries(looks).map(([name, [lightness, chroma]]) => [
      name,
      toHex({ lightness, chroma: Math.min(colour.chroma, chroma), hue: colour.hue }),
    ]),
  );
}

function writeRule(selector: string, values: Record<string, string>): string {
  const lines = Object.entries(values).map(([name, value]) => `--${name}: ${value};`);
  return `${selector} { ${lines.join(' ')} }`;
}
