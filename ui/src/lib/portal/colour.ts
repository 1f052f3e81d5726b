/** Red, green and blue, 0 to 1, as they are written. */
export type Rgb = readonly [number, number, number];

/** Lightness and chroma are 0 to 1; hue is in radians. */
export interface Oklch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** Reads `#rgb` and `#rrggbb`. */
export function readHex(text: string): Rgb {
  const digits = text.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const part = (at: number) => Number.parseInt(full.slice(at, at + 2), 16) / 255;
  return [part(0), part(2), part(4)];
}

/** The luminance of WCAG 2: 0 is black, 1 is white. */
export function relativeLuminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map(linearize) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** By the matrices of https://bottosson.github.io/posts/oklab. */
export function toOklch(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(linearize) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  return { lightness, chroma: Math.hypot(x, y), hue: Math.atan2(y, x) };
}

/** With less chroma where a screen cannot show as much. */
export function toHex({ lightness, chroma, hue }: Oklch): string {
  const bounded = Math.min(1, Math.max(0, lightness));
  for (let left = chroma; ; left -= 0.002) {
    const linear = toLinear(bounded, Math.max(0, left), hue);
    if (left > 0 && linear.some((part) => part < -0.0005 || part > 1.0005)) continue;
    return `#${linear.map((part) => toDigits(delinearize(Math.min(1, Math.max(0, part))))).join('')}`;
  }
}

function toLinear(lightness: number, chroma: number, hue: number): number[] {
  const [x, y] = [chroma * Math.cos(hue), chroma * Math.sin(hue)];
  const l = (lightness + 0.3963377774 * x + 0.2158037573 * y) ** 3;
  const m = (lightness - 0.1055613458 * x - 0.0638541728 * y) ** 3;
  const s = (lightness - 0.0894841775 * x - 1.291485548 * y) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function linearize(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function delinearize(part: number): number {
  return part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;
}

function toDigits(part: number): string {
  return Math.round(part * 255)
    .toString(16)
    .padStart(2, '0');
}
