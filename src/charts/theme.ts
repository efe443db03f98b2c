/** Colours and type of all charts (LOOK). Plain data: the only module of charts/ that components may import. */

export type ColourScheme = 'light' | 'dark';

export interface ChartTheme {
  readonly scheme: ColourScheme;
  /** Narrow screens: shorter labels, fewer ticks. */
  readonly compact: boolean;
  readonly text: string;
  readonly textQuiet: string;
  readonly grid: string;
  readonly axis: string;
  readonly background: string;
  /** Marks without a colour of their own. */
  readonly mark: string;
  /** Outline around points, so that the light end of the ramp stays visible. */
  readonly outline: string;
  readonly positive: string;
  readonly negative: string;
  readonly missing: string;
  readonly classes: readonly string[];
  readonly other: string;
}

export const FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, system-ui, sans-serif';

const LIGHT: Omit<ChartTheme, 'compact'> = {
  scheme: 'light',
  text: '#1f2328',
  textQuiet: '#59636e',
  grid: '#e9ecef',
  axis: '#adb5bd',
  background: '#ffffff',
  mark: '#4a6078',
  outline: '#00000059',
  positive: '#D9480F',
  negative: '#2F6DB5',
  missing: '#9aa1a9',
  classes: ['#1F5FA8', '#C2620A', '#1B7F5A', '#B0307A', '#6650B5', '#0B7F8C', '#8A6D00', '#7A4528', '#D6336C', '#4C6272'],
  other: '#868e96',
};

const DARK: Omit<ChartTheme, 'compact'> = {
  scheme: 'dark',
  text: '#e6e8ea',
  textQuiet: '#a3abb3',
  grid: '#30353b',
  axis: '#5c646c',
  background: '#1a1d21',
  mark: '#9db4cc',
  outline: '#00000073',
  positive: '#F0703C',
  negative: '#5B9BE6',
  missing: '#757d86',
  classes: ['#6FA8EC', '#F0A04B', '#57C596', '#EC86BC', '#AB9CF2', '#4FC6D2', '#D9BC4A', '#D09A78', '#FF8FB3', '#AEBAC6'],
  other: '#8f979f',
};

export function chartTheme(scheme: ColourScheme, compact: boolean): ChartTheme {
  return { ...(scheme === 'dark' ? DARK : LIGHT), compact };
}

/** Characters of a category label before the ellipsis in the middle. */
export function labelLength(theme: ChartTheme): number {
  return theme.compact ? 19 : 28;
}

/** The vega config shared by all charts. */
export function vegaConfig(theme: ChartTheme): Readonly<Record<string, unknown>> {
  return {
    aria: false,
    background: null,
    font: FONT,
    padding: { left: 2, right: 10, top: 6, bottom: 2 },
    view: { stroke: null },
    axis: {
      domainColor: theme.axis,
      tickColor: theme.axis,
      tickSize: 4,
      gridColor: theme.grid,
      labelColor: theme.textQuiet,
      labelFontSize: 11,
      labelLimit: theme.compact ? 164 : 200,
      titleColor: theme.text,
      titleFontSize: 12,
      titleFontWeight: 500,
      titlePadding: 8,
      titleLimit: 420,
    },
    axisX: { labelLimit: 170 },
    text: { fontSize: 11, color: theme.text },
  };
}

/** Cividis (Nuñez et al. 2018), d3's polynomial fit. t in [0, 1]. */
function cividis(t: number): readonly [number, number, number] {
  const channel = (x: number): number => Math.max(0, Math.min(255, Math.round(x)));
  return [
    channel(-4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))))),
    channel(32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))))),
    channel(81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67))))),
  ];
}

/** Low to high as red, green, blue; NaN is the missing grey. 0 and every falsy number are values like any other. */
export function rampRgb(t: number, theme: ChartTheme): readonly [number, number, number] {
  if (Number.isNaN(t)) return rgbOf(theme.missing);
  const at = Math.max(0, Math.min(1, t));
  const [r, g, b] = cividis(at);
  // On white the light end is darkened, on dark the dark end lifted, both to a contrast of about 3:1; lightness still rises.
  if (theme.scheme === 'light') {
    const keep = 1 - 0.36 * at;
    return [Math.round(r * keep), Math.round(g * keep), Math.round(b * keep)];
  }
  const lift = 0.55 * (1 - at);
  return [Math.round(r + (120 - r) * lift), Math.round(g + (165 - g) * lift), Math.round(b + (235 - b) * lift)];
}

export function rampColour(t: number, theme: ChartTheme): string {
  return Number.isNaN(t) ? theme.missing : hexOf(rampRgb(t, theme));
}

/** Colour of class or category `code`: the same everywhere; grey beyond ten; missing for NaN and negative codes. */
export function classColour(code: number, theme: ChartTheme): string {
  if (!(code >= 0)) return theme.missing;
  return theme.classes[code] ?? theme.other;
}

export function rgbOf(hex: string): readonly [number, number, number] {
  const n = Number.parseInt(hex.slice(1, 7), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

export function hexOf([r, g, b]: readonly [number, number, number]): string {
  return `#${((1 << 24) | (r << 16) | (g << 8) | b).toString(16).slice(1)}`;
}

/** Black or white text, whichever reads better on the colour. */
export function textOn(hex: string): string {
  const [r, g, b] = rgbOf(hex).map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}
